import type { Theme } from '../style/theme.js';
import { ENCODING_PROBE } from '../terminal/encoding.js';
import { HIDE_CURSOR, SHOW_CURSOR } from './cursor.js';
import { compose, type Region, type Row, updateRow } from './frame.js';

/**
 * Writes regions to the terminal. It keeps the screen's contents and, after all changes of a turn, writes only the
 * parts of rows that differ. They go out in one write, which the terminal shows at once.
 */
export interface Painter {
  /** Replaces the regions of `owner`. */
  show(owner: object, ...regions: readonly Region[]): void;
  /** Removes the regions of `owner`. */
  remove(owner: object): void;
  /** Starts painting on a terminal with unknown contents. */
  begin(): void;
  /** Clears the screen and writes nothing until the next `begin`, because another program has the terminal. */
  pause(): void;
  /** Paints everything again in another theme. */
  restyle(next: Theme): void;
  /** Resolves when the current screen has been written. */
  painted(): Promise<void>;
}

/** Terminals show the output between these two sequences at once; terminals without support ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const CLEAR = '\x1b[2J';
const HOME = '\x1b[H';

export function createPainter(stdout: NodeJS.WriteStream, firstTheme: Theme): Painter {
  let theme = firstTheme;
  // The first frame's clearing removes what the probe draws.
  let probe = ENCODING_PROBE;
  const regions = new Map<object, readonly Region[]>();
  const waiting = new Set<() => void>();
  let paused = true;
  let requested = false;
  /** The terminal has not yet got the last frame. */
  let writing = false;
  let size = { columns: 0, rows: 0 };
  /** The screen's contents; missing rows are unknown. */
  let shown: readonly Row[] = [];
  /** The sequence that moved the cursor to its position; empty when it is hidden, undefined when unknown. */
  let cursorAt: string | undefined;

  const request = (): void => {
    if (requested || paused) return;
    requested = true;
    // Paint after the microtasks, because React may show more regions in one of them.
    queueMicrotask(() => process.nextTick(paint));
  };

  const paint = (): void => {
    // A slow terminal gets fewer frames instead of late ones.
    if (!requested || writing) return;
    requested = false;
    const waitingNow = [...waiting];
    waiting.clear();
    const output = paused ? '' : change();
    if (output === '') {
      settle(waitingNow);
      return;
    }
    writing = true;
    stdout.write(output, () => {
      writing = false;
      settle(waitingNow);
      if (requested) paint();
      else settleAll();
    });
  };

  const settle = (resolves: readonly (() => void)[]): void => {
    for (const resolve of resolves) resolve();
  };
  const settleAll = (): void => {
    settle([...waiting]);
    waiting.clear();
  };

  /** Returns the output that changes the screen to the regions; empty when nothing has changed. */
  const change = (): string => {
    const { columns, rows } = stdout;
    if (columns !== size.columns || rows !== size.rows) {
      size = { columns, rows };
      shown = [];
    }
    const frame = compose([...regions.values()].flat(), size);
    let output = shown.length === 0 ? probe + CLEAR : '';
    probe = '';
    for (const [y, row] of frame.rows.entries()) output += updateRow(shown[y], row, y, theme);
    shown = frame.rows;
    const cursor = frame.cursor ?? '';
    if (output === '' && cursor === cursorAt) return '';
    const wasShown = cursorAt === undefined ? undefined : cursorAt !== '';
    cursorAt = cursor;
    const turn = (cursor !== '') === wasShown ? '' : cursor === '' ? HIDE_CURSOR : SHOW_CURSOR;
    return BEGIN_UPDATE + output + cursor + turn + END_UPDATE;
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
      // Terminals without an alternate screen, such as GNU screen and mosh, would show the frame beside the shell's prompt.
      if (!paused && stdout.writable) stdout.write(CLEAR + HOME);
      paused = true;
    },
    restyle(next) {
      theme = next;
      shown = [];
      request();
    },
    painted() {
      return new Promise((resolve) => {
        waiting.add(resolve);
        // React may still show regions in this turn. If nothing was requested since, nothing is left to paint.
        setImmediate(() => {
          if (!requested && !writing) settleAll();
        });
      });
    },
  };
}
