/** Matches the first two characters after a sequence's ESC, if they can't be two typed keys. */
export const LATE_SEQUENCE = /^(?:\[[\d?<>=A-HP-SZ]|\][\dlLI]|P[ -?]|_G)$/;
/** The introducers of OSC, DCS, APC, PM and SOS strings, after ESC. */
export const STRINGS: ReadonlySet<string> = new Set([']', 'P', '_', '^', 'X']);

/** Whether a string can begin with this byte. If not, its introducer was a key with alt. */
export function beginsString(introducer: string, byte: number): boolean {
  const char = String.fromCharCode(byte);
  if (introducer === ']') return /[\dlLI]/.test(char);
  // Every DCS reply begins with parameters or intermediates.
  return introducer !== 'P' || (char >= ' ' && char <= '?');
}

/** 8-bit controls by code point; they come as single bytes or as UTF-8. */
export const C1_INTRODUCERS: ReadonlyMap<number, string> = new Map([
  [0x8f, 'O'],
  [0x90, 'P'],
  [0x98, 'X'],
  [0x9b, '['],
  [0x9d, ']'],
  [0x9e, '^'],
  [0x9f, '_'],
]);
