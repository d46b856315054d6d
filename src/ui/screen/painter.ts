import type { Theme } from '../style/theme.js';
import { compose, type Region, type Row, updateRow } from './frame.js';

/**
 * Brings regions to the terminal. It knows what is on the screen and writes, once all changes of a moment are made,
 * the stretches of rows that differ from it: in one piece, which the terminal shows at once.
 */
export interface Painter {
  /** What `owner` shows from now on. */
  show(owner: object, ...regions: readonly Region[]): void;
  /** `owner` shows nothing any more. */
  remove(owner: object): void;
  /** The terminal is ours, and nothing of ours on it. */
  begin(): void;
  /** The terminal is another's: nothing is written until `begin`. */
  pause(): void;
  /** Resolves when the current screen has been written. */
  painted(): Promise<void>;
}

/** Terminals show nothing of what is between the two until the second one; those that don't know them ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const CLEAR = '\x1b[2J';
const SHOW_CURSOR = '\x1b[?25h';
const HIDE_CURSOR = '\x1b[?25l';

export function createPainter(stdout: NodeJS.WriteStream, theme: Theme): Painter {
  const regions = new Map<object, readonly Region[]>();
  const waiting = new Set<() => void>();
  let paused = true;
  let requested = false;
  let size = { columns: 0, rows: 0 };
  /** What is on the screen; rows that are missing are not known. */
  let shown: readonly Row[] = [];
  /** The sequence that brought the cursor where it is; empty: it is hidden; undefined: not known. */
  let cursorAt: string | undefined;

  const request = (): void => {
    if (requested || paused) return;
    requested = true;
    // After the microtasks, in one of which React may say what else is shown.
    queueMicrotask(() => process.nextTick(paint));
  };

  const paint = (): void => {
    if (!paused && stdout.writableNeedDrain) {
      // A slow terminal gets fewer frames, not later ones.
      stdout.once('drain', paint);
      return;
    }
    requested = false;
    if (!paused) write();
    settle();
  };

  const settle = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };

  const write = (): void => {
    const { columns, rows } = stdout;
    if (columns !== size.columns || rows !== size.rows) {
      size = { columns, rows };
      shown = [];
    }
    const frame = compose([...regions.values()].flat(), size);
    let output = shown.length === 0 ? CLEAR : '';
    for (const [y, row] of frame.rows.entries()) output += updateRow(shown[y], row, y, theme);
    shown = frame.rows;
    const cursor = frame.cursor ?? '';
    if (output === '' && cursor === cursorAt) return;
    const wasShown = cursorAt === undefined ? undefined : cursorAt !== '';
    cursorAt = cursor;
    const turn = (cursor !== '') === wasShown ? '' : cursor === '' ? HIDE_CURSOR : SHOW_CURSOR;
    stdout.write(BEGIN_UPDATE + output + cursor + turn + END_UPDATE);
  };

  return {
    show(owner, ...shownBy) {
      regions.set(owner, shownBy);
      request();
    },
    remove(owner) {
      regions.delete(owner);
      request();
    },
    begin() {
      paused = false;
      shown = [];
      cursorAt = undefined;
      request();
    },
    pause() {
      paused = true;
    },
    painted() {
      return new Promise((resolve) => {
        waiting.add(resolve);
        // React may still have rows to paint; otherwise there is nothing to wait for.
        setImmediate(() => {
          if (!requested) settle();
        });
      });
    },
  };
}
