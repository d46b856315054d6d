/** The screen's layout in cells from the top left. The parts' rows always add up to the terminal's rows. */
export type Layout = TooSmall | Panes | Stacked;

interface TooSmall {
  kind: 'too-small';
  columns: number;
  rows: number;
}

interface Common {
  columns: number;
  rows: number;
  /** The area of the conversation's text, inside of frame and margin. */
  text: { x: number; y: number; width: number; height: number };
  composer: { top: number; height: number };
}

/** Conversation and side panes in frames. */
export interface Panes extends Common {
  kind: 'panes';
  /** The height of all panes together, with frames. */
  paneHeight: number;
  conversationWidth: number;
  sideWidth: number;
}

/** One column, with a status bar instead of side panes. */
export interface Stacked extends Common {
  kind: 'stacked';
  header: boolean;
  footer: boolean;
  margin: number;
}

const MIN_COLUMNS = 20;
const MIN_ROWS = 5;
const PANES_FROM_COLUMNS = 100;
const PANES_FROM_ROWS = 20;
/** The share of the columns for the panes, and their minimum and maximum width. */
const SIDE_SHARE = 0.28;
const SIDE_MIN = 30;
const SIDE_MAX = 48;
const HEADER_FROM_ROWS = 12;
const FOOTER_FROM_ROWS = 9;
const MARGIN_FROM_COLUMNS = 40;
/** The width of ` > ` before the draft. */
export const PROMPT_WIDTH = 3;

/** Returns the width of a draft row in cells. One more cell is left for the cursor after the text. */
export function draftWidth(columns: number): number {
  return Math.max(1, columns - PROMPT_WIDTH - 2);
}

/** Whether there is room for the panes beside the conversation. */
export function haveRoomForPanes(columns: number, rows: number): boolean {
  return columns >= PANES_FROM_COLUMNS && rows >= PANES_FROM_ROWS;
}

/**
 * @param draftRows how many rows the draft needs
 * @param panes whether to show the panes if there is room
 */
export function layoutOf(columns: number, rows: number, draftRows: number, panes = true): Layout {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return { kind: 'too-small', columns, rows };
  const composerHeight = Math.min(Math.max(1, draftRows), Math.max(1, Math.floor(rows / 3)));
  if (panes && haveRoomForPanes(columns, rows)) {
    // The header is above, composer and footer are below.
    const paneHeight = rows - 2 - composerHeight;
    const sideWidth = Math.min(SIDE_MAX, Math.max(SIDE_MIN, Math.floor(columns * SIDE_SHARE)));
    const conversationWidth = columns - sideWidth;
    return {
      kind: 'panes',
      columns,
      rows,
      paneHeight,
      conversationWidth,
      sideWidth,
      // Inside the header, the frame and a blank.
      text: { x: 2, y: 2, width: conversationWidth - 4, height: paneHeight - 2 },
      composer: { top: rows - 1 - composerHeight, height: composerHeight },
    };
  }
  const header = rows >= HEADER_FROM_ROWS;
  const footer = rows >= FOOTER_FROM_ROWS;
  const margin = columns >= MARGIN_FROM_COLUMNS ? 1 : 0;
  const statusBar = 1;
  return {
    kind: 'stacked',
    columns,
    rows,
    header,
    footer,
    margin,
    text: {
      x: margin,
      y: header ? 1 : 0,
      width: columns - 2 * margin,
      height: rows - composerHeight - statusBar - (header ? 1 : 0) - (footer ? 1 : 0),
    },
    composer: { top: rows - composerHeight - (footer ? 1 : 0), height: composerHeight },
  };
}
