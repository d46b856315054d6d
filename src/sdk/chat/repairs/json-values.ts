import { onOneLine } from './repaired-json.js';

/** Characters that change the depth, or begin or end a string, or may hide the end of one. */
const MARKS = /["\\{}]/g;
/** Meaningless text between objects: white space, separators (RFC 7464), and those of a list. */
const SEPARATORS = /^[\s,[\]\u001e]*$/;

/** Splits a text into JSON objects as it arrives. Between them may be line ends, commas, brackets, or nothing. */
export class JsonValues {
  readonly #onObject: (json: string) => void;
  readonly #onOther: (text: string) => void;
  #depth = 0;
  #inString = false;
  /** Whether the next character is escaped. */
  #escaped = false;
  #incomplete = '';

  /**
   * @param onObject called with each whole object, on one line
   * @param onOther called with the text between objects, unless it only separates them
   */
  constructor(onObject: (json: string) => void, onOther: (text: string) => void) {
    this.#onObject = onObject;
    this.#onOther = onOther;
  }

  feed(text: string): void {
    let from = 0;
    MARKS.lastIndex = this.#escaped ? 1 : 0;
    this.#escaped = false;
    for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
      const at = found.index;
      const [mark] = found;
      if (this.#depth === 0) {
        if (mark !== '{') continue;
        this.#pass(text.slice(from, at));
        from = at;
        this.#depth = 1;
      } else if (mark === '"') this.#inString = !this.#inString;
      else if (mark === '\\') {
        MARKS.lastIndex = at + 2;
        this.#escaped = at + 2 > text.length;
      } else if (!this.#inString) {
        this.#depth += mark === '{' ? 1 : -1;
        if (this.#depth > 0) continue;
        const json = this.#incomplete + text.slice(from, at + 1);
        this.#incomplete = '';
        from = at + 1;
        this.#onObject(onOneLine(json));
        MARKS.lastIndex = from;
      }
    }
    if (this.#depth === 0) this.#pass(text.slice(from));
    else this.#incomplete += text.slice(from);
  }

  /** The beginning of an object that is not whole yet. */
  get rest(): string {
    return this.#incomplete;
  }

  #pass(text: string): void {
    if (!SEPARATORS.test(text)) this.#onOther(text);
  }
}
