import { expect } from 'vitest';

/** Terminal modes that a full-screen program sets and must reset. */
export const ALTERNATE_SCREEN_ON = '\x1b[?1049h';
const ALTERNATE_SCREEN_OFF = '\x1b[?1049l';
const CURSOR_SHOWN = '\x1b[?25h';
const CURSOR_HIDDEN = '\x1b[?25l';
const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';

/** Expects that a program has reset the modes of the terminal. @param written its whole output */
export function expectRestored(written: string): void {
  expect(written.lastIndexOf(ALTERNATE_SCREEN_OFF)).toBeGreaterThan(written.lastIndexOf(ALTERNATE_SCREEN_ON));
  expect(written.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThan(written.lastIndexOf(CURSOR_HIDDEN));
  expect(written.lastIndexOf(PASTE_OFF)).toBeGreaterThanOrEqual(written.lastIndexOf(PASTE_ON));
}
