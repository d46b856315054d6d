import { StringDecoder } from 'node:string_decoder';

/** Reads one bracketed paste up to its end marker. Nothing in it is a key. */
export interface PasteReader {
  /** @returns texts that are whole, and how many bytes of the piece belong to the paste once it has ended */
  feed(bytes: Uint8Array): { texts: readonly string[]; end: number | undefined };
  /** The last that came is Ctrl+C: when nothing follows, the user wants out of a paste that has no end. */
  readonly interrupted: boolean;
  /** The paste has no end. @returns its text so far */
  giveUp(): string;
}

const END = Buffer.from('\x1b[201~');
/** A longer paste is handed over in parts. */
const MAX_PART = 8_000_000;
/** Ctrl+C as a byte, as the kitty protocol and as modifyOtherKeys send it. */
const CTRL_C = /(?:\x03|\x1b\[(?:99(?::\d*)*|\d+:\d*:99);5(?::1)?u|\x1b\[27;5;99~)$/;
const LONGEST_CTRL_C = 24;

export function createPasteReader(): PasteReader {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let size = 0;
  /** Bytes that may be the first ones of the end marker. */
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

/** How many bytes at the end of `data` are the first ones of the end marker. */
function beginningAtEnd(data: Buffer): number {
  for (let length = Math.min(END.length - 1, data.length); length > 0; length -= 1) {
    if (data.subarray(data.length - length).equals(END.subarray(0, length))) return length;
  }
  return 0;
}
