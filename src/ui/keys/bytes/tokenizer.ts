import { type ByteDecoder, createByteDecoder } from './byte-decoder.js';
import { beginsString, C1_INTRODUCERS, LATE_SEQUENCE, STRINGS } from './introducers.js';
import { mouseValues } from './mouse-report.js';
import { createPasteReader } from './paste.js';
import type { Token, Tokenizer, Waiting } from './token.js';
import { type Lost, type State, type StateOf, waitingIn } from './tokenizer-state.js';

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
  return new InputTokenizer();
}

class InputTokenizer implements Tokenizer {
  readonly #decoder: ByteDecoder = createByteDecoder();
  #state: State = GROUND;
  #tokens: Token[] = [];
  #text = '';
  /** Whether an ESC came before the character that the decoder is reading. */
  #altCharacter = false;
  #lost: Lost;

  get waiting(): Waiting | undefined {
    return waitingIn(this.#state, this.#lost);
  }

  feed(bytes: Uint8Array): Token[] {
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#state.kind !== 'paste') this.#take(bytes[at] ?? 0, bytes[at + 1]);
      else {
        const { texts, end } = this.#state.reader.feed(bytes.subarray(at));
        for (const pasted of texts) this.#emit({ kind: 'paste', text: pasted });
        if (end === undefined) break;
        this.#state = GROUND;
        at += end - 1;
      }
    }
    return this.#finish();
  }

  timeout(): Token[] {
    const was = this.#state;
    this.#state = GROUND;
    if (was.kind === 'ground') this.#lost = undefined;
    else if (was.kind === 'escape') {
      this.#emit({ kind: 'esc' });
      if (was.alt) this.#emit({ kind: 'esc' });
      this.#lost ??= 'escape';
    } else if (was.kind === 'csi' && was.body === '') this.#emit({ kind: 'text', text: '[', alt: true });
    else if (was.kind === 'ss3' && was.body === '') this.#emit({ kind: 'text', text: 'O', alt: true });
    else if (was.kind === 'mouse') this.#endMouse(was.bytes);
    else if (was.kind === 'string' && was.length === 0) {
      this.#emit({ kind: 'text', text: was.introducer, alt: true });
      this.#lost ??= 'string';
    } else if (was.kind === 'string') this.#lost = 'string';
    else if (was.kind === 'paste') {
      this.#lost = 'paste';
      const left = was.reader.giveUp();
      if (left !== '') this.#emit({ kind: 'paste', text: left });
    }
    return this.#finish();
  }

  #endText(): void {
    if (this.#text !== '') this.#tokens.push({ kind: 'text', text: this.#text, alt: false });
    this.#text = '';
  }

  #emit(token: Token): void {
    this.#endText();
    this.#tokens.push(token);
  }

  #control(code: number, alt: boolean): void {
    const was = this.#lost;
    if (was !== 'paste' || code === CTRL_C) this.#lost = undefined;
    // The end of a reply whose beginning was lost.
    if (code === BEL && was === 'string') return;
    if (was === 'paste' && code !== CTRL_C) {
      if (code === CR || code === LF) this.#emit({ kind: 'paste', text: '\n' });
      return;
    }
    this.#emit({ kind: 'control', code, alt });
  }

  #dropCharacter(): void {
    this.#decoder.reset();
    this.#altCharacter = false;
  }

  #introduce(introducer: string, alt: boolean, eightBit: boolean): void {
    if (introducer === '[') this.#state = { kind: 'csi', body: '', alt, ignored: false };
    else if (introducer === 'O') this.#state = { kind: 'ss3', body: '', alt };
    else {
      // A string is never a key with alt, so the ESC before it was the Escape key.
      if (alt) this.#emit({ kind: 'esc' });
      this.#state = { kind: 'string', introducer, text: '', length: 0, escaped: false, eightBit };
    }
  }

  #character(char: string, alt: boolean): void {
    const introducer = C1_INTRODUCERS.get(char.codePointAt(0) ?? 0);
    if (introducer !== undefined) {
      this.#endText();
      this.#introduce(introducer, alt, true);
    } else if (char >= '\x80' && char <= '\x9f') return;
    else if (alt) this.#emit({ kind: 'text', text: char, alt });
    else this.#text += char;
  }

  /** `next` is the following byte of the same read. */
  #inGround(byte: number, alt: boolean, next?: number): void {
    this.#state = GROUND;
    if (byte === ESC) {
      this.#dropCharacter();
      this.#endText();
      this.#state = { kind: 'escape', alt: false };
    } else if (byte < 0x20 || byte === DEL) {
      this.#dropCharacter();
      this.#control(byte, alt);
    } else if (this.#lost === 'escape') {
      const char = String.fromCharCode(byte);
      this.#lost = STRINGS.has(char) ? 'string' : undefined;
      // A user can't type two characters in one read: this is the rest of a sequence whose ESC was read as a key.
      if (next !== undefined && LATE_SEQUENCE.test(char + String.fromCharCode(next)))
        this.#introduce(char, false, false);
      else this.#inGround(byte, alt);
    } else {
      if (alt) this.#altCharacter = true;
      const char = this.#decoder.feed(byte);
      if (char === undefined) return;
      const withAlt = this.#altCharacter;
      this.#altCharacter = false;
      if (char !== '') this.#character(char, withAlt);
    }
  }

  #afterEscape(byte: number, alt: boolean): void {
    const char = String.fromCharCode(byte);
    if (this.#lost === 'escape') this.#lost = undefined;
    if (byte === ESC) {
      // With three ESCs, the first one is the Escape key.
      if (alt) this.#emit({ kind: 'esc' });
      this.#state = { kind: 'escape', alt: true };
    } else if (char === '[' || char === 'O' || STRINGS.has(char)) this.#introduce(char, alt, false);
    else if (char === '\\') {
      // The end of a string that a timeout ended, or a stray ST.
      this.#state = GROUND;
      this.#lost = this.#lost === 'string' ? undefined : this.#lost;
    } else {
      if (alt) this.#emit({ kind: 'esc' });
      this.#inGround(byte, true);
    }
  }

  #inCsi(byte: number, was: StateOf<'csi'>): void {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= DEL) {
      if (was.body === '' && !was.ignored) this.#emit({ kind: 'text', text: '[', alt: true });
      this.#inGround(byte, false);
    } else if (char === '[' && was.body === '') this.#state = { kind: 'linux', alt: was.alt };
    else if (byte < 0x40 && !(char === '$' && /^\d+$/.test(was.body))) {
      const ignored = was.ignored || was.body.length >= MAX_CSI;
      this.#state = { ...was, body: ignored ? was.body : was.body + char, ignored };
    } else this.#endCsi(was, char);
  }

  #endCsi({ body, alt, ignored }: StateOf<'csi'>, final: string): void {
    this.#state = GROUND;
    if (ignored) return;
    if (final === '~' && body === '200') {
      this.#lost = undefined;
      if (alt) this.#emit({ kind: 'esc' });
      this.#state = { kind: 'paste', reader: createPasteReader() };
    } else if (final === '~' && body === '201') {
      this.#lost = undefined;
    } else if (final === 'M' && body === '') {
      if (alt) this.#emit({ kind: 'esc' });
      this.#state = { kind: 'mouse', bytes: [] };
    } else this.#emit({ kind: 'csi', body, final, alt });
  }

  #inLinux(byte: number, alt: boolean): void {
    this.#state = GROUND;
    if (byte > 0x20 && byte < DEL)
      this.#emit({ kind: 'csi', body: '[', final: String.fromCharCode(byte), alt });
    else this.#inGround(byte, false);
  }

  #inSs3(byte: number, was: StateOf<'ss3'>): void {
    const char = String.fromCharCode(byte);
    if (char >= '0' && char <= '9' && was.body.length < 4) this.#state = { ...was, body: was.body + char };
    else if (byte > 0x20 && byte < DEL) {
      this.#state = GROUND;
      this.#emit({ kind: 'ss3', body: was.body, final: char, alt: was.alt });
    } else {
      if (was.body === '') this.#emit({ kind: 'text', text: 'O', alt: true });
      this.#inGround(byte, false);
    }
  }

  #inString(byte: number, was: StateOf<'string'>): void {
    const ended = was.escaped ? byte === 0x5c : byte === BEL || (byte === 0x9c && was.eightBit);
    if (ended) {
      this.#state = GROUND;
      this.#lost = this.#lost === 'string' ? undefined : this.#lost;
      this.#emit({ kind: 'string', introducer: was.introducer, text: was.text });
    } else if (was.escaped) this.#afterEscape(byte, false);
    else if (byte === CAN || byte === SUB) this.#state = GROUND;
    else if (byte === CTRL_C) this.#inGround(byte, false);
    else if (byte === ESC) this.#state = { ...was, escaped: true };
    else if (was.length === 0 && !was.eightBit && !beginsString(was.introducer, byte)) {
      this.#emit({ kind: 'text', text: was.introducer, alt: true });
      this.#inGround(byte, false);
    } else {
      const kept = was.length < MAX_STRING ? was.text + String.fromCharCode(byte) : was.text;
      this.#state = { ...was, text: kept, length: was.length + 1 };
    }
  }

  #inMouse(byte: number, was: StateOf<'mouse'>): void {
    const bytes = [...was.bytes, byte];
    // Values are at least 32, so a control character ends the report.
    if (byte < 0x20) {
      this.#endMouse(was.bytes);
      this.#inGround(byte, false);
      return;
    }
    const { values, rest } = mouseValues(bytes);
    if (values.length < 3) this.#state = { kind: 'mouse', bytes };
    else {
      this.#endMouse(bytes);
      for (const left of rest) this.#inGround(left, false);
    }
  }

  #endMouse(bytes: readonly number[]): void {
    this.#state = GROUND;
    const { values } = mouseValues([...bytes, 0]);
    if (values.length >= 3) this.#emit({ kind: 'mouse', values: values.slice(0, 3) });
  }

  #take(byte: number, next: number | undefined): void {
    const was = this.#state;
    if (was.kind === 'ground') this.#inGround(byte, false, next);
    else if (was.kind === 'escape') this.#afterEscape(byte, was.alt);
    else if (was.kind === 'csi') this.#inCsi(byte, was);
    else if (was.kind === 'linux') this.#inLinux(byte, was.alt);
    else if (was.kind === 'ss3') this.#inSs3(byte, was);
    else if (was.kind === 'string') this.#inString(byte, was);
    else if (was.kind === 'mouse') this.#inMouse(byte, was);
  }

  #finish(): Token[] {
    this.#endText();
    const done = this.#tokens;
    this.#tokens = [];
    return done;
  }
}
