/** Separates `<think>…</think>` at the beginning of a text. */
export interface ThinkingTags {
  /** Reads the next piece of the text. */
  feed(text: string): void;
  /** Call this after the last piece: passes on the withheld text. */
  end(): void;
}

const OPENING = /^\s*<(think|thinking|thought)>/i;
const OPENING_TAGS = ['<think>', '<thinking>', '<thought>'];
/** After this much white space, the text counts as one without a tag. */
const MAX_HELD = 64;

/**
 * Some servers don't separate reasoning from the text (Ollama, llama.cpp and vLLM without a reasoning parser, with
 * DeepSeek R1 or Qwen). The model then writes its reasoning between tags before the answer. Only a tag at the
 * beginning of the text counts; later tags are text. The result does not depend on how the text is split.
 */
export function createThinkingTags(emit: (type: 'text' | 'reasoning', text: string) => void): ThinkingTags {
  let state: 'start' | 'inside' | 'after' | 'text' = 'start';
  let held = '';
  let closing = '';

  const give = (type: 'text' | 'reasoning', text: string): void => {
    if (text !== '') emit(type, text);
  };
  const release = (): void => {
    const text = held;
    held = '';
    state = 'text';
    give('text', text);
  };
  const start = (): void => {
    const tag = OPENING.exec(held);
    if (tag !== null) {
      state = 'inside';
      closing = `</${(tag[1] ?? '').toLowerCase()}>`;
      held = held.slice(tag[0].length);
      return;
    }
    const begun = held.trimStart().toLowerCase();
    if (held.length > MAX_HELD || !OPENING_TAGS.some((known) => known.startsWith(begun))) release();
  };
  const inside = (): void => {
    // Don't search in a lower-case copy: some letters get longer in lower case, which would shift positions.
    const at = held.search(new RegExp(closing, 'i'));
    if (at >= 0) {
      give('reasoning', held.slice(0, at));
      held = held.slice(at + closing.length);
      state = 'after';
      return;
    }
    // Withhold text that may be the beginning of the closing tag.
    let kept = Math.min(closing.length - 1, held.length);
    while (kept > 0 && !closing.startsWith(held.slice(-kept).toLowerCase())) kept -= 1;
    give('reasoning', held.slice(0, held.length - kept));
    held = held.slice(held.length - kept);
  };
  /** Drops the blank lines between the reasoning and the answer. */
  const after = (): void => {
    held = held.trimStart();
    if (held !== '') release();
  };

  return {
    feed(text) {
      if (state === 'text') {
        give('text', text);
        return;
      }
      held += text;
      if (state === 'start') start();
      if (state === 'inside') inside();
      if (state === 'after') after();
    },
    end() {
      if (state === 'text' || held === '') return;
      if (state === 'inside') {
        give('reasoning', held);
        held = '';
      } else if (state === 'start') release();
    },
  };
}
