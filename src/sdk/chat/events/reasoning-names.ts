import { type JsonRecord, recordOf, stringOf } from '../../../common/json.js';

/** Members that contain reasoning. A server that uses several repeats the same text in each. */
export const REASONING = [
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'reasoning_summary',
  'thinking',
  'thinking_content',
  'thinking_blocks',
  'thought',
];

/** Matches rarer names of members that contain reasoning, in lower case and without underscores. */
const OTHER_REASONING =
  /^(?:internal)?(?:reasoning|thinking|think|thoughts?|cot|chainofthought|analysis)(?:contents?|text|summary|delta|output|chunk|process)?$/;

/** The member with the reasoning of Perplexity: a list of steps, each with a thought. */
const STEPS = 'reasoning_steps';

/** Frequent members that have no rarer name of reasoning. Searching each of them would double the time for a chunk. */
const KNOWN: ReadonlySet<string> = new Set([
  ...REASONING,
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
]);

/** Returns reasoning under a rarer name, or from the member in which LiteLLM collects the additions of providers. */
export function otherReasoningIn(delta: JsonRecord): unknown {
  for (const name in delta) {
    if (KNOWN.has(name)) continue;
    const plain = name.replaceAll('_', '').toLowerCase();
    if (OTHER_REASONING.test(plain) && stringOf(delta[name]) !== '') return delta[name];
  }
  const { reasoning_content: content, reasoning } = recordOf(delta.provider_specific_fields);
  return content ?? reasoning ?? delta[STEPS];
}
