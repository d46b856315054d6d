/**
 * Returns the values of a mouse report: each is a byte, or a character of two bytes (mode 1005). The last byte is left
 * out while it may be the first half of a character.
 */
export function mouseValues(bytes: readonly number[]): { values: number[]; rest: readonly number[] } {
  const values: number[] = [];
  let at = 0;
  while (at < bytes.length && values.length < 3) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    const mayBeTwo = first >= 0xc2 && first <= 0xdf;
    if (mayBeTwo && second === undefined) break;
    const two = mayBeTwo && second !== undefined && (second & 0xc0) === 0x80;
    values.push(two ? ((first & 0x1f) << 6) | (second & 0x3f) : first);
    at += two ? 2 : 1;
  }
  return { values, rest: bytes.slice(at) };
}
