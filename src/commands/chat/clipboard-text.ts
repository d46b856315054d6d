import { spawn } from 'node:child_process';

/** A program that copies its stdin to the clipboard. */
interface Writer {
  /** Whether the program reaches the clipboard of the user's desktop. */
  applies(env: NodeJS.ProcessEnv): boolean;
  readonly command: readonly [string, ...string[]];
}

const WRITERS: readonly Writer[] = [
  { applies: ({ WSL_DISTRO_NAME = '' }) => WSL_DISTRO_NAME !== '', command: ['clip.exe'] },
  { applies: ({ WAYLAND_DISPLAY = '' }) => WAYLAND_DISPLAY !== '', command: ['wl-copy'] },
  { applies: ({ DISPLAY = '' }) => DISPLAY !== '', command: ['xclip', '-selection', 'clipboard', '-in'] },
  { applies: ({ DISPLAY = '' }) => DISPLAY !== '', command: ['xsel', '--clipboard', '--input'] },
  { applies: () => process.platform === 'darwin', command: ['pbcopy'] },
];

/**
 * Copies a text to the desktop's clipboard, if a program for that is installed. Some terminals ignore the escape
 * sequence for copying. Does nothing over SSH, where this machine's clipboard is not the user's.
 */
export function copyToDesktop(text: string, env: NodeJS.ProcessEnv): void {
  const { SSH_CONNECTION = '' } = env;
  if (SSH_CONNECTION !== '') return;
  tryNext(
    text,
    env,
    WRITERS.filter(({ applies }) => applies(env)),
  );
}

function tryNext(text: string, env: NodeJS.ProcessEnv, [writer, ...others]: readonly Writer[]): void {
  if (writer === undefined) return;
  const [file, ...args] = writer.command;
  // Some of these programs keep running after the chat ends: they serve the text when another program pastes it.
  const child = spawn(file, args, { env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => tryNext(text, env, others));
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  child.unref();
}
