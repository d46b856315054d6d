import type { HabitName } from '../habits/names.js';
import type { Distribution } from '../timing/distribution.js';

/**
 * The sources of an answer's text. `answer`: a prepared text that fits the prompt. `echo`: the prompt itself.
 * `unicode`: a sample of many scripts. `fixed`: the setting `text`. `script` and `responses`: the files of those flags.
 */
export const CONTENTS = ['answer', 'echo', 'lorem', 'fixed', 'unicode', 'script', 'responses'] as const;
type ContentKind = (typeof CONTENTS)[number];

/** The settings of the simulator. Model names and requests can change each of them. */
export interface Settings {
  /** Time from the request to the first token. */
  ttft: Distribution;
  /** Time from one token to the next. */
  gap: Distribution;
  /** Added to the time to first token for each token of the prompt, in milliseconds. */
  prefill: number;
  /** Each other running answer lengthens every wait by this share of it. */
  slowdown: number;
  /** The fault of every answer; a key of FAULTS. */
  fault: string | undefined;
  /** The share of answers with one of `faults`, from 0 to 1. */
  faultRate: number;
  /** The weights of faults, by name. */
  faults: ReadonlyMap<string, number>;
  content: ContentKind;
  /** The choice of a file from the folder: by a name in the prompt, in turn, or randomly. */
  responsesBy: 'prompt' | 'turn' | 'chance';
  /** The answer for content `fixed`. */
  text: string;
  /** The exact length of the answer in tokens; undefined: the text's own length. */
  tokens: number | undefined;
  /** Tokens of reasoning before the answer. */
  reasoningTokens: number;
  /** Whether reasoning is sent, or only takes time and counts in the usage. */
  reasoning: 'streamed' | 'hidden';
  /** The provider whose habits are imitated. */
  habits: HabitName | 'none';
  /** When an answer calls one of the request's tools: if the prompt names it, always, or never. */
  tools: 'auto' | 'always' | 'never';
  compat: 'openai' | 'rai';
  /** The most answers at a time. Further requests are refused with 429. */
  maxConcurrent: number;
  /** Makes all random values the same in every run. */
  seed: number | undefined;
}
