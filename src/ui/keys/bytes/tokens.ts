import { type ByteDecoder, createByteDecoder } from './byte-decoder.js';
import { beginsString, C1_INTRODUCERS, LATE_SEQUENCE, STRINGS } from './introducers.js';
import { mouseValues } from './mouse-report.js';
import { createPasteReader, type PasteReader } from './paste.js';

/** A token of the terminal's input. `alt` means that an extra ESC came before it. */
export type Token =
  | { kind: 'text'; text: string; alt: boolean }
  /** A C0 control or DEL. */
  | { kind: 'control'; code: number; alt: boolean }
  | { kind: 'esc' }
  | { kind: 'csi'; body: string; final: string; alt: boolean }
  | { kind: 'ss3'; body: string; final: string; alt: boolean }
  /** A complete OSC, DCS, APC, PM or SOS string. */
  | { kind: 'string'; introducer: string; text: string }
  /** The bytes after `CSI M`: button, column and row, each plus 32. */
  | { kind: 'mouse'; values: readonly number[] }
  | { kind: 'paste'; text: string };

/**
 * The kinds of incomplete input; each has a separate time limit.
 * - `escape`: after an ESC, which is the Escape key or begins a sequence
 * - `introducer`: after bytes such as `ESC [`, which are a key with alt or begin a sequence
 * - `sequence`: the rest of a sequence
 * - `paste`: the rest of a paste
 * - `interrupt`: the rest of a paste whose last bytes so far are Ctrl+C
 * - `late-paste`: the rest of a paste that was ended by a timeout
 */
export type Waiting = 'escape' | 'introducer' | 'sequence' | 'paste' | 'interrupt' | 'late-paste';

export interface Tokenizer {
  /** @returns the completed tokens */
  feed(bytes: Uint8Array): Token[];
  /** The kind of incomplete input; undefined when there is none. */
  readonly waiting: Waiting | undefined;
  /** Ends the incomplete input after its time limit. @returns its tokens */
  timeout(): Token[];
}

type State =
  | { kind: 'ground' }
  | { kind: 'escape'; alt: boolean }
  /** `ignored` means that it is too long and is dropped at its end. */
  | { kind: 'csi'; body: string; alt: boolean; ignored: boolean }
  /** After `CSI [`: the Linux console's F1 to F5. */
  | { kind: 'linux'; alt: boolean }
  | { kind: 'ss3'; body: string; alt: boolean }
  | { kind: 'string'; introducer: string; text: string; length: number; escaped: boolean; eightBit: boolean }
  | { kind: 'mouse'; bytes: readonly number[] }
  | { kind: 'paste'; reader: PasteReader };

const GROUND: State = { kind: 'ground' };
const MAX_CSI = 256;
/** How much of a string is kept; the rest is dropped. */
const MAX_STRING = 1024;

const ESC = 0x1b;
const BEL = 0x07;
const CTRL_C = 0x03;
const LF = 0x0a;
const CR = 0x0d;
const CAN = 0x18;
const SUB = 0x1a;
const DEL = 0x7f;

/**
 * Splits a terminal's bytes into tokens. The bytes can come in any pieces. Only `timeout`, which the caller's timer
 * calls, separates bytes that come apart from bytes that come together.
 * @see https://vt100.net/emu/dec_ansi_parser
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
export function createTokenizer(): Tokenizer {
  const decoder: ByteDecoder = createByteDecoder();
  let state: State = GROUND;
  let tokens: Token[] = [];
  let text = '';
  /** Whether an ESC came before the character that the decoder is reading. */
  let altCharacter = false;
  /** The kind of input that a timeout ended, perhaps too early. If the rest comes later, it must not become keys. */
  let lost: 'escape' | 'string' | 'paste' | undefined;

  const endText = (): void => {
    if (text !== '') tokens.push({ kind: 'text', text, alt: false });
    text = '';
  };
  const emit = (token: Token): void => {
    endText();
    tokens.push(token);
  };
  const control = (code: number, alt: boolean): void => {
    const was = lost;
    if (was !== 'paste' || code === CTRL_C) lost = undefined;
    // The end of a reply whose beginning was lost.
    if (code === BEL && was === 'string') return;
    if (was === 'paste' && code !== CTRL_C) {
      if (code === CR || code === LF) emit({ kind: 'paste', text: '\n' });
      return;
    }
    emit({ kind: 'control', code, alt });
  };

  const unfinished = (): void => {
    decoder.reset();
    altCharacter = false;
  };

  const introduce = (introducer: string, alt: boolean, eightBit: boolean): void => {
    if (introducer === '[') state = { kind: 'csi', body: '', alt, ignored: false };
    else if (introducer === 'O') state = { kind: 'ss3', body: '', alt };
    else {
      // A string is never a key with alt, so the ESC before it was the Escape key.
      if (alt) emit({ kind: 'esc' });
      state = { kind: 'string', introducer, text: '', length: 0, escaped: false, eightBit };
    }
  };

  const character = (char: string, alt: boolean): void => {
    const introducer = C1_INTRODUCERS.get(char.codePointAt(0) ?? 0);
    if (introducer !== undefined) {
      endText();
      introduce(introducer, alt, true);
    } else if (char >= '\x80' && char <= '\x9f') return;
    else if (alt) emit({ kind: 'text', text: char, alt });
    else text += char;
  };

  /** `next` is the following byte of the same read. */
  const inGround = (byte: number, alt: boolean, next?: number): void => {
    state = GROUND;
    if (byte === ESC) {
      unfinished();
      endText();
      state = { kind: 'escape', alt: false };
    } else if (byte < 0x20 || byte === DEL) {
      unfinished();
      control(byte, alt);
    } else if (lost === 'escape') {
      const char = String.fromCharCode(byte);
      lost = STRINGS.has(char) ? 'string' : undefined;
      // A user can't type two characters in one read: this is the rest of a sequence whose ESC was read as a key.
      if (next !== undefined && LATE_SEQUENCE.test(char + String.fromCharCode(next)))
        introduce(char, false, false);
      else inGround(byte, alt);
    } else {
      if (alt) altCharacter = true;
      const char = decoder.feed(byte);
      if (char === undefined) return;
      const withAlt = altCharacter;
      altCharacter = false;
      if (char !== '') character(char, withAlt);
    }
  };

  const afterEscape = (byte: number, alt: boolean): void => {
    const char = String.fromCharCode(byte);
    if (lost === 'escape') lost = undefined;
    if (byte === ESC) {
      // With three ESCs, the first one is the Escape key.
      if (alt) emit({ kind: 'esc' });
      state = { kind: 'escape', alt: true };
    } else if (char === '[' || char === 'O' || STRINGS.has(char)) introduce(char, alt, false);
    else if (char === '\\') {
      // The end of a string that a timeout ended, or a stray ST.
      state = GROUND;
      lost = lost === 'string' ? undefined : lost;
    } else {
      if (alt) emit({ kind: 'esc' });
      inGround(byte, true);
    }
  };

  const inCsi = (byte: number, was: Extract<State, { kind: 'csi' }>): void => {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= DEL) {
      if (was.body === '' && !was.ignored) emit({ kind: 'text', text: '[', alt: true });
      inGround(byte, false);
    } else if (char === '[' && was.body === '') state = { kind: 'linux', alt: was.alt };
    else if (byte < 0x40 && !(char === '$' && /^\d+$/.test(was.body))) {
      const ignored = was.ignored || was.body.length >= MAX_CSI;
      state = { ...was, body: ignored ? was.body : was.body + char, ignored };
    } else endCsi(was, char);
  };

  const endCsi = ({ body, alt, ignored }: Extract<State, { kind: 'csi' }>, final: string): void => {
    state = GROUND;
    if (ignored) return;
    if (final === '~' && body === '200') {
      lost = undefined;
      if (alt) emit({ kind: 'esc' });
      state = { kind: 'paste', reader: createPasteReader() };
    } else if (final === '~' && body === '201') {
      lost = undefined;
    } else if (final === 'M' && body === '') {
      if (alt) emit({ kind: 'esc' });
      state = { kind: 'mouse', bytes: [] };
    } else emit({ kind: 'csi', body, final, alt });
  };

  const inLinux = (byte: number, alt: boolean): void => {
    state = GROUND;
    if (byte > 0x20 && byte < DEL) emit({ kind: 'csi', body: '[', final: String.fromCharCode(byte), alt });
    else inGround(byte, false);
  };

  const inSs3 = (byte: number, was: Extract<State, { kind: 'ss3' }>): void => {
    const char = String.fromCharCode(byte);
    if (char >= '0' && char <= '9' && was.body.length < 4) state = { ...was, body: was.body + char };
    else if (byte > 0x20 && byte < DEL) {
      state = GROUND;
      emit({ kind: 'ss3', body: was.body, final: char, alt: was.alt });
    } else {
      if (was.body === '') emit({ kind: 'text', text: 'O', alt: true });
      inGround(byte, false);
    }
  };

  const inString = (byte: number, was: Extract<State, { kind: 'string' }>): void => {
    const ended = was.escaped ? byte === 0x5c : byte === BEL || (byte === 0x9c && was.eightBit);
    if (ended) {
      state = GROUND;
      lost = lost === 'string' ? undefined : lost;
      emit({ kind: 'string', introducer: was.introducer, text: was.text });
    } else if (was.escaped) afterEscape(byte, false);
    else if (byte === CAN || byte === SUB) state = GROUND;
    else if (byte === CTRL_C) inGround(byte, false);
    else if (byte === ESC) state = { ...was, escaped: true };
    else if (was.length === 0 && !was.eightBit && !beginsString(was.introducer, byte)) {
      emit({ kind: 'text', text: was.introducer, alt: true });
      inGround(byte, false);
    } else {
      const kept = was.length < MAX_STRING ? was.text + String.fromCharCode(byte) : was.text;
      state = { ...was, text: kept, length: was.length + 1 };
    }
  };

  const inMouse = (byte: number, was: Extract<State, { kind: 'mouse' }>): void => {
    const bytes = [...was.bytes, byte];
    // Values are at least 32, so a control character ends the report.
    if (byte < 0x20) {
      endMouse(was.bytes);
      inGround(byte, false);
      return;
    }
    const { values, rest } = mouseValues(bytes);
    if (values.length < 3) state = { kind: 'mouse', bytes };
    else {
      endMouse(bytes);
      for (const left of rest) inGround(left, false);
    }
  };
  const endMouse = (bytes: readonly number[]): void => {
    state = GROUND;
    const { values } = mouseValues([...bytes, 0]);
    if (values.length >= 3) emit({ kind: 'mouse', values: values.slice(0, 3) });
  };

  const take = (byte: number, next: number | undefined): void => {
    const was = state;
    if (was.kind === 'ground') inGround(byte, false, next);
    else if (was.kind === 'escape') afterEscape(byte, was.alt);
    else if (was.kind === 'csi') inCsi(byte, was);
    else if (was.kind === 'linux') inLinux(byte, was.alt);
    else if (was.kind === 'ss3') inSs3(byte, was);
    else if (was.kind === 'string') inString(byte, was);
    else if (was.kind === 'mouse') inMouse(byte, was);
  };

  const finish = (): Token[] => {
    endText();
    const done = tokens;
    tokens = [];
    return done;
  };

  return {
    get waiting() {
      switch (state.kind) {
        case 'ground':
          return lost === 'paste' ? 'late-paste' : undefined;
        case 'paste':
          return state.reader.interrupted ? 'interrupt' : 'paste';
        case 'escape':
          return 'escape';
        case 'csi':
        case 'ss3':
          return state.body === '' ? 'introducer' : 'sequence';
        case 'string':
          return state.length === 0 ? 'introducer' : 'sequence';
        default:
          return 'sequence';
      }
    },
    feed(bytes) {
      for (let at = 0; at < bytes.length; at += 1) {
        if (state.kind !== 'paste') take(bytes[at] ?? 0, bytes[at + 1]);
        else {
          const { texts, end } = state.reader.feed(bytes.subarray(at));
          for (const pasted of texts) emit({ kind: 'paste', text: pasted });
          if (end === undefined) break;
          state = GROUND;
          at += end - 1;
        }
      }
      return finish();
    },
    timeout() {
      const was = state;
      state = GROUND;
      if (was.kind === 'ground') lost = undefined;
      else if (was.kind === 'escape') {
        emit({ kind: 'esc' });
        if (was.alt) emit({ kind: 'esc' });
        lost ??= 'escape';
      } else if (was.kind === 'csi' && was.body === '') emit({ kind: 'text', text: '[', alt: true });
      else if (was.kind === 'ss3' && was.body === '') emit({ kind: 'text', text: 'O', alt: true });
      else if (was.kind === 'mouse') endMouse(was.bytes);
      else if (was.kind === 'string' && was.length === 0) {
        emit({ kind: 'text', text: was.introducer, alt: true });
        lost ??= 'string';
      } else if (was.kind === 'string') lost = 'string';
      else if (was.kind === 'paste') {
        lost = 'paste';
        const left = was.reader.giveUp();
        if (left !== '') emit({ kind: 'paste', text: left });
      }
      return finish();
    },
  };
}
