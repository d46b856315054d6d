import { type IPty, spawn } from '@lydell/node-pty';
import headless, { type Terminal } from '@xterm/headless';
import { PATIENCE_MS, startPatience } from '../clocks/patience.js';
import { UnicodeGraphemesAddon } from '../screen/unicode-graphemes.js';
import { CLI, NODE, type Sandbox } from './program.js';

/** The program in a real pseudo-terminal, its screen read by a terminal emulator. */
export interface TerminalSession {
  pid: number;
  /** The emulator, for styles and other facts of the screen. */
  terminal: Terminal;
  send(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Stops and starts reading the program's output. */
  pause(): void;
  resume(): void;
  kill(signal: NodeJS.Signals): void;
  /** The screen's lines, right ends trimmed. */
  screen(): string[];
  /** The program's whole output, with control sequences. */
  written(): string;
  untilScreen(pattern: RegExp, limitMs?: number): Promise<void>;
  /** Resolves when the program has written this text. */
  untilWritten(text: string, limitMs?: number): Promise<void>;
  ended: Promise<{ exitCode: number; signal: number | undefined }>;
  close(): void;
}

export const KEY = {
  enter: '\r',
  escape: '\x1b',
  ctrlC: '\x03',
  ctrlJ: '\n',
  ctrlR: '\x12',
  ctrlT: '\x14',
  ctrlZ: '\x1a',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
} as const;

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: NodeJS.ProcessEnv;
  /** A command with its arguments, instead of the program. */
  command?: readonly string[];
}

export function openTerminal(
  sandbox: Sandbox,
  args: readonly string[] = [],
  options: TerminalOptions = {},
): TerminalSession {
  const { columns = 120, rows = 40 } = options;
  const [file = NODE, ...rest] = options.command ?? [NODE, CLI, ...args];
  const pty: IPty = spawn(file, rest, {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: sandbox.dir,
    env: { ...sandbox.env, ...options.env },
  });
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.unicode.activeVersion = '15-graphemes';
  // The program receives the emulator's replies (cursor position, device attributes).
  terminal.onData((reply) => pty.write(reply));
  const waiting = new Set<() => void>();
  let written = '';
  pty.onData((text) => {
    written += text;
    terminal.write(text, () => {
      for (const look of waiting) look();
    });
  });
  let closed = false;
  const ended = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      const end = (): void => resolve({ exitCode, signal });
      // Wait until the screen shows the last output.
      if (closed) end();
      else terminal.write('', end);
    });
  });

  const screen = (): string[] => {
    const { active } = terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < terminal.rows; row += 1) {
      lines.push(
        active
          .getLine(active.baseY + row)
          ?.translateToString()
          .trimEnd() ?? '',
      );
    }
    return lines;
  };

  const until = (holds: () => boolean, otherwise: string, limitMs = PATIENCE_MS): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (finish: () => void): void => {
        end();
        waiting.delete(look);
        finish();
      };
      const look = (): void => {
        if (holds()) done(resolve);
      };
      const end = startPatience(
        () => done(() => reject(new Error(`${otherwise}:\n${screen().join('\n')}`))),
        limitMs,
      );
      waiting.add(look);
      look();
    });

  return {
    pid: pty.pid,
    terminal,
    send: (keys) => pty.write(keys),
    resize(nextColumns, nextRows) {
      terminal.resize(nextColumns, nextRows);
      pty.resize(nextColumns, nextRows);
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    kill: (signal) => pty.kill(signal),
    screen,
    written: () => written,
    untilScreen: (pattern, limitMs) =>
      until(() => pattern.test(screen().join('\n')), `no ${pattern} on the screen`, limitMs),
    untilWritten: (text, limitMs) =>
      until(() => written.includes(text), `${JSON.stringify(text)} not written`, limitMs),
    ended,
    close() {
      try {
        pty.kill('SIGKILL');
      } catch {
        // The program has ended already.
      }
      closed = true;
      terminal.dispose();
    },
  };
}
