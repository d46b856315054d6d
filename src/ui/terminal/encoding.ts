/**
 * Draws a letter of two bytes at the top left, and queries the cursor's place. Terminals agree on the letter's width. In other encodings than UTF-8 its
 * bytes are two characters, or one of two cells.
 */
export const ENCODING_PROBE = '\x1b[H\u00e4\x1b[6n';

/** Whether the terminal reads UTF-8, from its reply to the probe without the ESC; undefined for another reply. */
export function readsUtf8(reply: string): boolean | undefined {
  const [, row, column] = /^\[(\d+);(\d+)R$/.exec(reply) ?? [];
  if (column === undefined) return undefined;
  // dvtm counts rows and columns from 0. The probe is in the first row.
  return column === (row === '0' ? '1' : '2');
}
