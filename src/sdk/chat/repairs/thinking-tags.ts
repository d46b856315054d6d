import { LoneClosing } from './lone-closing.js';
import { anyOf, THINKING_TAGS, THINKING_TOKENS } from './thinking-tag-pairs.js';

/** Separates `<think>…</think>` at the beginning of a text. */
export interface ThinkingTags {
  /** Reads the next piece of the text. */
  feed(text: string): void;
  /** Passes on the withheld text. Call this after the last piece, and before output of another kind. */
  end(): void;
}

/** Receives the separated text and reasoning. */
export interface TagTarget {
  /** The text so far. */
  readonly text: string;
  emit(type: 'text' | 'reasoning', text: string): void;
  /** Replaces the text so far: `reasoning` was before a closing tag, `text` after it. */
  split(reasoning: string, text: string): void;
}

const TAGS = [...THINKING_TAGS, ...THINKING_TOKENS];
const BEGINNINGS: ReadonlySet<string> = new Set(TAGS.map(([opening]) => opening.charAt(0)));
/** After this much white space, the text counts as one without a tag. */
const MAX_WITHHELD = 64;

/**
 * Some servers don't separate reasoning from the text (Ollama, llama.cpp and vLLM without a reasoning parser, with
 * DeepSeek R1, Qwen, Magistral or Kimi). The model then writes its reasoning between tags before the answer. Only a tag
 * at the beginning of the text counts; later tags are text. Templates of some models put the opening tag into the
 * prompt. A closing tag without an opening one then ends the reasoning, which was passed on as text before. The result
 * does not depend on how the text is split.
 */
export function createThinkingTags(target: TagTarget): ThinkingTags {
  return new TagReader(target);
}

/** A class for the reason given at `ReadAnswer`. */
class TagReader implements ThinkingTags {
  readonly #target: TagTarget;
  /** `start`: a tag may begin. `after`: white space after a closing tag is dropped. `open`: a closing tag may come. */
  #state: 'start' | 'inside' | 'after' | 'open' | 'text' = 'start';
  #withheld = '';
  #closing = '';
  #lone: LoneClosing | undefined;

  constructor(target: TagTarget) {
    this.#target = target;
  }

  feed(text: string): void {
    if (this.#state === 'text') this.#give('text', text);
    else if (this.#state === 'open') this.#open(text);
    else {
      this.#withheld += text;
      if (this.#state === 'start') this.#start();
      if (this.#state === 'inside') this.#inside();
      if (this.#state === 'after') this.#after();
    }
  }

  end(): void {
    if (this.#state === 'open') this.#split(true);
    else if (this.#withheld === '') return;
    else if (this.#state === 'inside') {
      this.#give('reasoning', this.#withheld);
      this.#withheld = '';
    } else if (this.#state === 'start') this.#release();
  }

  #give(type: 'text' | 'reasoning', text: string): void {
    if (text !== '') this.#target.emit(type, text);
  }

  #release(): void {
    const text = this.#withheld;
    this.#withheld = '';
    this.#state = 'open';
    this.#open(text);
  }

  #start(): void {
    const text = this.#withheld.trimStart();
    // The common case: the text does not begin with a tag.
    if (text !== '' && !BEGINNINGS.has(text.charAt(0))) {
      this.#release();
      return;
    }
    const begun = text.toLowerCase();
    const tags = TAGS.find(([opening]) => begun.startsWith(opening));
    if (tags !== undefined) {
      this.#state = tags[1] === '' ? 'after' : 'inside';
      this.#closing = tags[1];
      this.#withheld = text.slice(tags[0].length);
      return;
    }
    if (this.#withheld.length > MAX_WITHHELD || !TAGS.some(([opening]) => opening.startsWith(begun)))
      this.#release();
  }

  #inside(): void {
    const held = this.#withheld;
    const closing = this.#closing;
    // Don't search in a lower-case copy: some letters get longer in lower case, which would shift positions.
    const at = held.search(new RegExp(anyOf([closing]), 'i'));
    if (at >= 0) {
      this.#give('reasoning', held.slice(0, at));
      this.#withheld = held.slice(at + closing.length);
      this.#state = 'after';
      return;
    }
    // Withhold text that may be the beginning of the closing tag.
    let kept = Math.min(closing.length - 1, held.length);
    while (kept > 0 && !closing.startsWith(held.slice(-kept).toLowerCase())) kept -= 1;
    this.#give('reasoning', held.slice(0, held.length - kept));
    this.#withheld = held.slice(held.length - kept);
  }

  /** Drops the blank lines between the reasoning and the answer. */
  #after(): void {
    const text = this.#withheld.trimStart();
    this.#withheld = '';
    if (text === '') return;
    this.#state = 'text';
    this.#give('text', text);
  }

  /** Passes text on as it arrives, even a part of a tag, because withholding text would change its arrival times. */
  #open(text: string): void {
    this.#lone ??= new LoneClosing();
    const { text: before } = this.#target;
    const found = this.#lone.feed(text, before);
    if (found !== undefined && before === '') {
      this.#give('reasoning', text.slice(found.start, found.from));
      this.#withheld = text.slice(found.to);
      this.#state = 'after';
      this.#after();
      return;
    }
    this.#give('text', text);
    if (this.#lone.over) this.#state = 'text';
    if (this.#lone.found !== undefined) this.#split(false);
  }

  /** Splits the text at the closing tag when an answer begins after it, or when the text ends. */
  #split(end: boolean): void {
    const found = this.#lone?.found;
    if (found === undefined) return;
    const { text } = this.#target;
    const answer = text.slice(found.to).trimStart();
    if (answer === '' && !end) return;
    this.#state = answer === '' ? 'after' : 'text';
    this.#target.split(text.slice(found.start, found.from), answer);
  }
}
