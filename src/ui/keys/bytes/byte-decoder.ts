/** Decodes UTF-8 byte by byte. */
export interface ByteDecoder {
  /**
   * @returns the completed character; undefined while more bytes must follow; empty for invalid bytes. An 8-bit control
   * outside of a character is returned as that control.
   */
  feed(byte: number): string | undefined;
  /** Drops an incomplete character. */
  reset(): void;
}

/** The smallest code point by number of continuation bytes; smaller ones are overlong forms. */
const LEAST = [0, 0x80, 0x800, 0x10000] as const;

export function createByteDecoder(): ByteDecoder {
  let missing = 0;
  let length = 0;
  let code = 0;

  const first = (byte: number): string | undefined => {
    // Outside of a character these are 8-bit controls.
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
