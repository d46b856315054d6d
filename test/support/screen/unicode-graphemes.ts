/**
 * The addon that gives each grapheme one width. It reads its table from the start of the table's ArrayBuffer. So the
 * table must not be in the pool that small buffers share: it would then fail depending on the pool's other content.
 */
const { poolSize } = Buffer;
Buffer.poolSize = 0;
export const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes');
Buffer.poolSize = poolSize;
