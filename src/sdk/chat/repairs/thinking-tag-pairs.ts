type TagPair = readonly [opening: string, closing: string];

/** Pairs of tags around reasoning, in lower case. */
export const THINKING_TAGS: readonly TagPair[] = [
  ...['think', 'thinking', 'thought', 'reason', 'reasoning', 'seed:think', 'mm:think'].map(
    (name): TagPair => [`<${name}>`, `</${name}>`],
  ),
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
];

/** Special tokens of gpt-oss and Gemma that servers pass on, in lower case. They count only as a pair. */
export const THINKING_TOKENS: readonly TagPair[] = [
  [
    '<|start|>assistant<|channel|>analysis<|message|>',
    '<|end|><|start|>assistant<|channel|>final<|message|>',
  ],
  ['<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
  ['<|channel>thought', '<channel|>'],
  // A pair around the answer itself.
  ['<|start|>assistant<|channel|>final<|message|>', ''],
  ['<|channel|>final<|message|>', ''],
];

/** Returns the source of a regular expression that matches any of the tags. */
export function anyOf(tags: readonly string[]): string {
  return tags.map((tag) => tag.replace(/[|[\]]/g, '\\$&')).join('|');
}
