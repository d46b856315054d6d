/** Takes `<think>…</think>` out of the beginning of a text. */
export interface ThinkingTags {
  /** The text's next piece. */
  feed(text: string): void;
  /** No more text follows: passes on the text that was held back. */
  end(): void;
}

const OPENING = /^\s*<(think|thinking|thought)>/i;
const OPENING_TAGS = ['<think>', '<thinking>', '<thought>'];
/** After this much white space the text can't begin with a tag. */
const MAX_HELD = 64;

/**
 * Models whose server does not know of their reasoning write it into the text, between tags, before the answer (DeepSeek
 * R1 and Qwen at Ollama, llama.cpp and vLLM without a reasoning parser). Only a tag at the text's beginning counts: later
 * ones are text. How the text is cut changes nothing.
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
    // Not in lower case: that is longer for some letters.
    const at = held.search(new RegExp(closing, 'i'));
    if (at >= 0) {
      give('reasoning', held.slice(0, at));
      held = held.slice(at + closing.length);
      state = 'after';
      return;
    }
    // What may be the beginning of the closing tag waits.
    let kept = Math.min(closing.length - 1, held.length);
    while (kept > 0 && !closing.startsWith(held.slice(-kept).toLowerCase())) kept -= 1;
    give('reasoning', held.slice(0, held.length - kept));
    held = held.slice(held.length - kept);
  };
  /** The blank lines between reasoning and answer belong to neither. */
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
