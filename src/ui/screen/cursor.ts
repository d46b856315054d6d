/** Sequences that show and hide the terminal's cursor. */
export const SHOW_CURSOR = '\x1b[?25h';
export const HIDE_CURSOR = '\x1b[?25l';
