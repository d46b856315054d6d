import { parseJson } from '../../../common/json.js';
import { endsInString, repairedJson } from './repaired-json.js';

/** Matches a line that is a field of an event, or a comment. */
const FIELD = /^(?:data|event|id|retry)?:/;
/** The most characters that are withheld. */
const MAX_WITHHELD = 64 * 1024;
/** A longer line is not joined with others. */
const MAX_LINE = 1024 * 1024;
const DATA = 'data:';

/**
 * Rejoins events whose JSON has a line break inside of a string, which cuts the field or the event off. The lines after
 * such a cut are withheld until the JSON is whole. Then they pass as further lines of `data`. If another field or event
 * comes first, they pass unchanged. Text without such a cut passes at once.
 */
export class CutStrings {
  readonly #pass: (text: string) => void;
  /** The current line so far, if it may be a line of `data`. */
  #line: string | undefined = '';
  /** The JSON so far of an object that a line break has cut: its first line and the lines after it. */
  #json = '';
  /** The lines after that line break. */
  #withheld = '';

  constructor(pass: (text: string) => void) {
    this.#pass = pass;
  }

  /** Whether an object was cut off and may continue. */
  get withholding(): boolean {
    return this.#json !== '';
  }

  feed(text: string): void {
    let passed = 0;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      const next = end < 0 ? text.length : end + 1;
      const piece = text.slice(at, next);
      if (this.withholding) {
        this.#withhold(piece, end >= 0);
        at = next;
        passed = next;
        continue;
      }
      this.#note(piece);
      if (end >= 0 && this.#isCut()) {
        this.#pass(text.slice(passed, next));
        passed = next;
      }
      at = next;
    }
    if (passed < text.length) this.#pass(passed === 0 ? text : text.slice(passed));
  }

  /** Call this after the last text. */
  end(): void {
    this.#release();
  }

  /** Adds a piece to the current line. */
  #note(piece: string): void {
    const line = this.#line;
    if (line === undefined) {
      if (piece.endsWith('\n')) this.#line = '';
      return;
    }
    // A long line is not compared again: each comparison would copy it.
    const begun = line.length < DATA.length ? line + piece : DATA;
    if (line.length > MAX_LINE || !(begun.startsWith(DATA) || DATA.startsWith(begun)))
      this.#line = piece.endsWith('\n') ? '' : undefined;
    else this.#line = line + piece;
  }

  /** Whether the ended line is `data` that ends within a string. The following bytes are then withheld. */
  #isCut(): boolean {
    const line = this.#line ?? '';
    this.#line = '';
    if (!line.startsWith(DATA)) return false;
    const json = line.slice(DATA.length).trim();
    if (!endsInString(json)) return false;
    // White space at the line's end belongs to the string.
    this.#json = line
      .slice(DATA.length)
      .trimStart()
      .replace(/\r?\n$/, '');
    return true;
  }

  #withhold(piece: string, whole: boolean): void {
    this.#withheld += piece;
    const from = this.#withheld.lastIndexOf('\n', this.#withheld.length - (whole ? 2 : 1)) + 1;
    const line = this.#withheld.slice(from);
    const own = whole && line.startsWith('{') && parseJson(line) !== undefined;
    if (own || FIELD.test(line)) this.#release(from);
    else if (this.#withheld.length > MAX_WITHHELD) this.#release();
    else if (whole) this.#join(line);
  }

  #join(line: string): void {
    this.#json += `\n${line.replace(/\r?\n$/, '')}`;
    if (!/[}\]]\s*$/.test(line) || repairedJson(this.#json.trim()) === undefined) return;
    const lines = this.#withheld.slice(0, -1).split('\n');
    this.#reset('');
    this.#pass(lines.map((one) => `data: ${one}\n`).join(''));
  }

  /** Passes on the withheld bytes. The line that begins at `from` is read again, because it may be cut off, too. */
  #release(from = this.#withheld.length): void {
    const text = this.#withheld;
    const whole = from < text.length || text.endsWith('\n');
    this.#reset(whole ? '' : undefined);
    if (from > 0) this.#pass(text.slice(0, from));
    if (from < text.length) this.feed(text.slice(from));
  }

  #reset(line: string | undefined): void {
    this.#json = '';
    this.#withheld = '';
    this.#line = line;
  }
}
