import { StringDecoder } from 'node:string_decoder';

/** Reads a bracketed paste up to its end marker. Its bytes are never keys. */
export interface PasteReader {
  /** @returns completed texts, and when the paste has ended, the number of bytes that belong to it */
  feed(bytes: Uint8Array): { texts: readonly string[]; end: number | undefined };
  /** Whether the last bytes are Ctrl+C. If nothing follows, the user wants to leave a paste without an end marker. */
  readonly interrupted: boolean;
  /** Ends a paste without an end marker. @returns its text so far */
  giveUp(): string;
}

const END = Buffer.from('\x1b[201~');
/** A longer paste is returned in parts; UTF-16 units. */
const MAX_PART = 8_000_000;
/** Ctrl+C as a byte, and in the forms of the kitty protocol and modifyOtherKeys. */
const CTRL_C = /(?:\x03|\x1b\[(?:99(?::\d*)*|\d+:\d*:99);5(?::1)?u|\x1b\[27;5;99~)$/;
const LONGEST_CTRL_C = 24;

export function createPasteReader(): PasteReader {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let size = 0;
  /** Bytes that may begin the end marker. */
  let held = Buffer.alloc(0);
  let tail = '';

  const add = (bytes: Buffer): void => {
    const text = decoder.write(bytes);
    if (text === '') return;
    parts.push(text);
    size += text.length;
    tail = (tail + text.slice(-LONGEST_CTRL_C)).slice(-LONGEST_CTRL_C);
  };
  const taken = (): string => {
    const text = parts.join('');
    parts = [];
    size = 0;
    return text;
  };

  return {
    feed(bytes) {
      const data = Buffer.concat([held, bytes]);
      const before = held.length;
      const at = data.indexOf(END);
      if (at >= 0) {
        add(data.subarray(0, at));
        const text = taken() + decoder.end();
        return { texts: text === '' ? [] : [text], end: at + END.length - before };
      }
      const keep = beginningAtEnd(data);
      held = data.subarray(data.length - keep);
      add(data.subarray(0, data.length - keep));
      return { texts: size > MAX_PART ? [taken()] : [], end: undefined };
    },
    get interrupted() {
      return held.length === 0 && CTRL_C.test(tail);
    },
    giveUp() {
      const interrupted = this.interrupted;
      const text = taken() + decoder.end();
      return interrupted ? text.replace(CTRL_C, '') : text;
    },
  };
}

/** Returns how many bytes at the end of `data` may begin the end marker. */
function beginningAtEnd(data: Buffer): number {
  for (let length = Math.min(END.length - 1, data.length); length > 0; length -= 1) {
    if (data.subarray(data.length - length).equals(END.subarray(0, length))) return length;
  }
  return 0;
}
