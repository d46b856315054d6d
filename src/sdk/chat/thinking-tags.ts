/** Separates `<think>…</think>` at the beginning of a text. */
export interface ThinkingTags {
  /** Reads the next piece of the text. */
  feed(text: string): void;
  /** Call this after the last piece: passes on the withheld text. */
  end(): void;
}

/** Pairs of tags, in lower case. The last three are special tokens of gpt-oss and Gemma that servers pass on. */
const TAGS: readonly (readonly [opening: string, closing: string])[] = [
  ...['think', 'thinking', 'thought', 'reason', 'reasoning', 'seed:think'].map(
    (name) => [`<${name}>`, `</${name}>`] as const,
  ),
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
  ['<|channel>thought', '<channel|>'],
];
/** After this much white space, the text counts as one without a tag. */
const MAX_HELD = 64;

/**
 * Some servers don't separate reasoning from the text (Ollama, llama.cpp and vLLM without a reasoning parser, with
 * DeepSeek R1, Qwen, Magistral or Kimi). The model then writes its reasoning between tags before the answer. Only a tag at the
 * beginning of the text counts; later tags are text. The result does not depend on how the text is split.
 */
export function createThinkingTags(emit: (type: 'text' | 'reasoning', text: string) => void): ThinkingTags {
  return new TagReader(emit);
}

/** A class for the reason of `createAnswer`'s. */
class TagReader implements ThinkingTags {
  readonly #emit: (type: 'text' | 'reasoning', text: string) => void;
  #state: 'start' | 'inside' | 'after' | 'text' = 'start';
  #held = '';
  #closing = '';

  constructor(emit: (type: 'text' | 'reasoning', text: string) => void) {
    this.#emit = emit;
  }

  feed(text: string): void {
    if (this.#state === 'text') {
      this.#give('text', text);
      return;
    }
    this.#held += text;
    if (this.#state === 'start') this.#start();
    if (this.#state === 'inside') this.#inside();
    if (this.#state === 'after') this.#after();
  }

  end(): void {
    if (this.#state === 'text' || this.#held === '') return;
    if (this.#state === 'inside') {
      this.#give('reasoning', this.#held);
      this.#held = '';
    } else if (this.#state === 'start') this.#release();
  }

  #give(type: 'text' | 'reasoning', text: string): void {
    if (text !== '') this.#emit(type, text);
  }

  #release(): void {
    const text = this.#held;
    this.#held = '';
    this.#state = 'text';
    this.#give('text', text);
  }

  #start(): void {
    const text = this.#held.trimStart();
    const begun = text.toLowerCase();
    const tags = TAGS.find(([opening]) => begun.startsWith(opening));
    if (tags !== undefined) {
      this.#state = 'inside';
      this.#closing = tags[1];
      this.#held = text.slice(tags[0].length);
      return;
    }
    if (this.#held.length > MAX_HELD || !TAGS.some(([opening]) => opening.startsWith(begun))) this.#release();
  }

  #inside(): void {
    const held = this.#held;
    const closing = this.#closing;
    // Don't search in a lower-case copy: some letters get longer in lower case, which would shift positions.
    const at = held.search(new RegExp(closing.replace(/[|[\]]/g, '\\$&'), 'i'));
    if (at >= 0) {
      this.#give('reasoning', held.slice(0, at));
      this.#held = held.slice(at + closing.length);
      this.#state = 'after';
      return;
    }
    // Withhold text that may be the beginning of the closing tag.
    let kept = Math.min(closing.length - 1, held.length);
    while (kept > 0 && !closing.startsWith(held.slice(-kept).toLowerCase())) kept -= 1;
    this.#give('reasoning', held.slice(0, held.length - kept));
    this.#held = held.slice(held.length - kept);
  }

  /** Drops the blank lines between the reasoning and the answer. */
  #after(): void {
    this.#held = this.#held.trimStart();
    if (this.#held !== '') this.#release();
  }
}
