import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import xterm from '@xterm/headless';
import { PATIENCE_MS, startPatience } from '../clocks/patience.js';
import { UnicodeGraphemesAddon } from './unicode-graphemes.js';

/** A terminal in memory: its screen shows the program's `stdout`, and typed text comes from `stdin`. */
export interface Screen {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** The whole output. */
  readonly written: string;
  /** The visible rows, without trailing spaces. */
  rows(): string[];
  text(): string;
  /** Each cell's character and styles, row by row. */
  cells(): string[][];
  /** From the top left. */
  cursor(): { x: number; y: number };
  readonly rawMode: boolean;
  readonly alternate: boolean;
  /** Effects other than drawing: titles, the clipboard, the terminal's replies. */
  readonly events: readonly string[];
  type(input: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves when `holds` returns true for the screen; rejects with the screen when that takes too long. */
  until(holds: (text: string) => boolean, limitMs?: number): Promise<void>;
  /** Resolves once nothing has been written for some turns of the event loop: a frame is whole. */
  settled(): Promise<void>;
}

const TURN_MS = 10;
/** A pause of the whole process lasts one turn, whatever its length. */
const QUIET_TURNS = 6;

/**
 * @param graphemes whether a grapheme has one width; else each of its characters has its own, as in xterm [yes]
 * @param encoding how the terminal reads the program's bytes
 * @param alternate whether the terminal has an alternate screen
 */
export function createScreen(
  columns: number,
  rows: number,
  { graphemes = true, encoding = 'utf8' as 'utf8' | 'latin1', alternate = true } = {},
): Screen {
  // There is no scrollback, because it would hide mistakes. Line ends are converted as a terminal's driver does.
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 0,
    convertEol: true,
  });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.unicode.activeVersion = graphemes ? '15-graphemes' : '6';
  const changed = new EventEmitter();
  changed.setMaxListeners(0);
  const events: string[] = [];
  terminal.onTitleChange((title) => events.push(`title ${title}`));
  terminal.onBell(() => events.push('bell'));
  terminal.parser.registerOscHandler(52, (data) => {
    events.push(`clipboard ${data}`);
    return true;
  });
  terminal.parser.registerOscHandler(8, (data) => {
    events.push(`link ${data}`);
    return true;
  });
  // Modes that the program itself sets: screen, cursor, paste, mouse, wheel, synchronised output.
  const own = new Set([7, 1049, 25, 2004, 1002, 1006, 1007, 1036, 2026]);
  for (const final of ['h', 'l']) {
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
      for (const mode of modes.flat()) if (!own.has(mode)) events.push(`mode ?${mode}${final}`);
      return !alternate && modes.includes(1049);
    });
    terminal.parser.registerCsiHandler({ final }, (modes) => {
      events.push(`mode ${modes.join(';')}${final}`);
      return false;
    });
  }
  for (const id of [0, 4, 9, 10, 777, 1337]) {
    terminal.parser.registerOscHandler(id, (data) => {
      events.push(`OSC ${id} ${data}`);
      return false;
    });
  }
  let written = '';
  // The program queries the device attributes each time it takes the keyboard.
  let expected = 0;
  terminal.onData((data) => {
    if (expected > 0 && /^\x1b\[\?[\d;]*c$/.test(data)) {
      expected -= 1;
      type(data);
    } else if (/^\x1b\[\d+;\d+R$/.test(data)) type(data);
    else events.push(`reply ${JSON.stringify(data)}`);
  });
  let rawMode = false;
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written += chunk;
      expected += chunk.split('\x1b[?u\x1b[c').length - 1;
      terminal.write(Buffer.from(chunk).toString(encoding), () => {
        done();
        changed.emit('change');
      });
    },
  });
  const stdout = Object.assign(output, { isTTY: true, columns, rows });

  const input = new EventEmitter();
  /** Text typed before the program reads: a terminal's driver keeps it. */
  const unread: string[] = [];
  const hand = (): void => {
    while (input.listenerCount('data') > 0 && unread.length > 0)
      input.emit('data', Buffer.from(unread.shift() ?? ''));
  };
  input.on('newListener', () => queueMicrotask(hand));
  const type = (text: string): void => {
    unread.push(text);
    hand();
  };
  const stdin = Object.assign(input, {
    isTTY: true,
    setRawMode(on: boolean) {
      rawMode = on;
    },
    ref: () => {},
    unref: () => {},
    resume: () => {},
    pause: () => {},
  });

  const readRows = (): string[] => {
    const buffer = terminal.buffer.active;
    return Array.from(
      { length: terminal.rows },
      (_, y) =>
        buffer
          .getLine(buffer.baseY + y)
          ?.translateToString()
          .trimEnd() ?? '',
    );
  };

  return {
    // The parts of a terminal's streams that the interface uses.
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    get written() {
      return written;
    },
    rows: readRows,
    text: () => readRows().join('\n'),
    cells: () =>
      Array.from({ length: terminal.rows }, (_, y) =>
        Array.from({ length: terminal.cols }, (_, x) => {
          const cell = terminal.buffer.active.getLine(y)?.getCell(x);
          if (cell === undefined) return '';
          const styles = [cell.isDim(), cell.isInverse(), cell.getFgColorMode(), cell.getFgColor()];
          return `${cell.getChars() || (cell.getWidth() > 0 ? ' ' : '')} ${styles}`;
        }),
      ),
    cursor: () => ({ x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY }),
    get rawMode() {
      return rawMode;
    },
    get alternate() {
      return terminal.buffer.active.type === 'alternate';
    },
    events,
    type,
    resize(nextColumns, nextRows) {
      terminal.resize(nextColumns, nextRows);
      stdout.columns = nextColumns;
      stdout.rows = nextRows;
      stdout.emit('resize');
    },
    until(holds, limitMs = PATIENCE_MS) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds(readRows().join('\n'))) return;
          end();
          changed.off('change', check);
          resolve();
        };
        const end = startPatience(() => {
          changed.off('change', check);
          reject(new Error(`not within ${limitMs} ms on the screen:\n${readRows().join('\n')}`));
        }, limitMs);
        changed.on('change', check);
        check();
      });
    },
    async settled() {
      let before = written.length;
      for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
        await sleep(TURN_MS);
        if (written.length !== before) quiet = 0;
        before = written.length;
      }
      // Resolves when the screen shows the output.
      await new Promise<void>((resolve) => terminal.write('', resolve));
    },
  };
}
