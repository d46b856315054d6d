/**
 * The addon that gives each grapheme one width. It reads its table from the start of the memory in which the table lies, so
 * the table must not lie in the pool that small buffers share: then it would fail, or not, by what else lies there.
 */
const { poolSize } = Buffer;
Buffer.poolSize = 0;
export const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes');
Buffer.poolSize = poolSize;
