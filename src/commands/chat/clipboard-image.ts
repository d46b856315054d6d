import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Attachment } from '../../common/chat/attachments.js';
import { codeOf } from '../../common/error-code.js';
import type { ReadFile } from '../../state/ports.js';
import { UsageError } from '../support/flags/usage-error.js';
import { imageOf } from '../support/input/attachment-file.js';

/** A program that reads the clipboard. */
interface Reader {
  /** Whether the program reaches the clipboard of the user's desktop. */
  applies(env: NodeJS.ProcessEnv): boolean;
  /** The command that prints the clipboard's types; absent for a program that only prints images. */
  types?: readonly string[];
  /** Returns the command that prints the image. */
  image(type: string): readonly string[];
  /** Extracts the image from the output [the output itself]. */
  decode?: (printed: Buffer) => Buffer;
}

const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const POWERSHELL =
  'Add-Type -AssemblyName System.Windows.Forms; $i = [Windows.Forms.Clipboard]::GetImage(); ' +
  'if ($i) { $m = New-Object IO.MemoryStream; $i.Save($m, [Drawing.Imaging.ImageFormat]::Png); ' +
  '[Convert]::ToBase64String($m.ToArray()) }';

/**
 * In order of preference. The Windows clipboard comes first, because WSL offers its image to Linux programs only as
 * BMP.
 */
const READERS: readonly Reader[] = [
  {
    applies: ({ WSL_DISTRO_NAME = '' }) => WSL_DISTRO_NAME !== '',
    image: () => ['powershell.exe', '-NoProfile', '-STA', '-Command', POWERSHELL],
    decode: (printed) => Buffer.from(printed.toString('latin1'), 'base64'),
  },
  {
    applies: ({ WAYLAND_DISPLAY = '' }) => WAYLAND_DISPLAY !== '',
    types: ['wl-paste', '--list-types'],
    image: (type) => ['wl-paste', '--no-newline', '--type', type],
  },
  {
    applies: ({ DISPLAY = '' }) => DISPLAY !== '',
    types: ['xclip', '-selection', 'clipboard', '-t', 'TARGETS', '-o'],
    image: (type) => ['xclip', '-selection', 'clipboard', '-t', type, '-o'],
  },
  {
    applies: () => process.platform === 'darwin',
    image: () => ['osascript', '-e', 'the clipboard as «class PNGf»'],
    // osascript prints «data PNGf89504E…».
    decode: (printed) =>
      Buffer.from(/«data PNGf([0-9A-F]+)»/.exec(printed.toString('utf8'))?.[1] ?? '', 'hex'),
  },
];

const MAX_BYTES = 32 * 1024 * 1024;
/** The program that owns the clipboard may never answer. */
const PATIENCE_MS = 5000;

/**
 * Reads the image in the clipboard with the first program that has one: powershell.exe, wl-paste, xclip or osascript.
 */
export async function clipboardImage(env: NodeJS.ProcessEnv): Promise<ReadFile<Attachment>> {
  const problems: string[] = [];
  for (const reader of READERS.filter(({ applies }) => applies(env))) {
    const found = await imageFrom(reader, env);
    if (found.ok) return found;
    problems.push(found.problem);
  }
  return { ok: false, problem: problems.join('; ') || NO_CLIPBOARD };
}

const NO_CLIPBOARD =
  'no clipboard can be read here: save the image and use /attach FILE (Wayland needs wl-clipboard, X11 xclip)';

async function imageFrom(reader: Reader, env: NodeJS.ProcessEnv): Promise<ReadFile<Attachment>> {
  try {
    const listed = reader.types === undefined ? TYPES : lines(await printed(reader.types, env));
    const type = TYPES.find((one) => listed.includes(one));
    if (type === undefined) return { ok: false, problem: noImage(listed) };
    const bytes = await printed(reader.image(type), env);
    const image = reader.decode?.(bytes) ?? bytes;
    if (image.length === 0) return { ok: false, problem: noImage() };
    const refuse = (why: string): UsageError => new UsageError(`what is in the clipboard ${why}`);
    return { ok: true, content: imageOf('clipboard', image, refuse) };
  } catch (error) {
    return { ok: false, problem: reasonOf(error, reader.image('')[0] ?? '') };
  }
}

function noImage(types: readonly string[] = []): string {
  const has = types.filter((type) => type.includes('/')).join(', ');
  return `the clipboard has no image that can be sent${has === '' ? '' : `, but ${has}`}: copy one first`;
}

function reasonOf(error: unknown, program: string): string {
  if (error instanceof UsageError) return error.message;
  if (codeOf(error) === 'ENOENT')
    return `${program} is not installed, so that the clipboard can't be read: save the image and use /attach FILE`;
  if (error instanceof Error && 'killed' in error && error.killed)
    return `${program} did not answer within ${PATIENCE_MS / 1000} s: save the image and use /attach FILE`;
  // Without an image these programs exit with a non-zero status.
  return noImage();
}

async function printed(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Buffer> {
  const [file = '', ...args] = command;
  const { stdout } = await promisify(execFile)(file, args, {
    env,
    encoding: 'buffer',
    timeout: PATIENCE_MS,
    maxBuffer: MAX_BYTES,
  });
  return stdout;
}

function lines(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim());
}
