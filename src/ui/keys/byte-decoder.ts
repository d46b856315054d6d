/** UTF-8, byte by byte. */
export interface ByteDecoder {
  /**
   * @returns the character that is whole now; empty for bytes that are none; undefined while more must come. An 8-bit
   * control outside a character comes back as the control.
   */
  feed(byte: number): string | undefined;
  /** Forgets a character that was not finished. */
  reset(): void;
}

/** The least code point that needs as many continuation bytes: anything smaller is an overlong form. */
const LEAST = [0, 0x80, 0x800, 0x10000] as const;

export function createByteDecoder(): ByteDecoder {
  let missing = 0;
  let length = 0;
  let code = 0;

  const first = (byte: number): string | undefined => {
    // Outside a character these are 8-bit controls.
    if (byte < 0xa0) return String.fromCharCode(byte);
    if (byte < 0xc2 || byte > 0xf4) return '';
    length = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    missing = length;
    code = byte & (0x3f >> length);
    return undefined;
  };

  return {
    feed(byte) {
      if (missing === 0) return first(byte);
      if ((byte & 0xc0) !== 0x80) {
        missing = 0;
        return first(byte);
      }
      code = (code << 6) | (byte & 0x3f);
      missing -= 1;
      if (missing > 0) return undefined;
      const valid = code >= (LEAST[length] ?? 0) && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return valid ? String.fromCodePoint(code) : '';
    },
    reset() {
      missing = 0;
    },
  };
}
