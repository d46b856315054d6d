import type { HabitName } from '../habits/names.js';
import type { Distribution } from '../timing/distribution.js';

/**
 * What an answer's text is made from. `answer`: the prompt. `echo`: repeats it. `unicode`: a sample of many
 * scripts. `fixed`: the setting `text`. `script` and `responses`: the files of those flags.
 */
export const CONTENTS = ['answer', 'echo', 'lorem', 'fixed', 'unicode', 'script', 'responses'] as const;
type ContentKind = (typeof CONTENTS)[number];

/** How the simulator behaves; each setting may differ by model name and by request. */
export interface Settings {
  /** From the request to the first token. */
  ttft: Distribution;
  /** From one token to the next. */
  gap: Distribution;
  /** Added to the time to first token, in milliseconds for each token of the prompt. */
  prefill: number;
  /** By which share of itself every wait grows with each other answer that is running. */
  slowdown: number;
  /** What goes wrong with every answer; a key of FAULTS. */
  fault: string | undefined;
  /** From 0 to 1: how many answers get one of `faults`. */
  faultRate: number;
  /** Names and weights. */
  faults: ReadonlyMap<string, number>;
  content: ContentKind;
  /** Which file of the folder answers: one named in the prompt, each in turn, or by chance. */
  responsesBy: 'prompt' | 'turn' | 'chance';
  /** The answer of `fixed`. */
  text: string;
  /** The exact length of the answer in tokens; undefined: as it comes. */
  tokens: number | undefined;
  /** Tokens of reasoning before the answer. */
  reasoningTokens: number;
  /** Whether the reasoning is sent, or only takes time and is counted in the usage. */
  reasoning: 'streamed' | 'hidden';
  /** Which provider's way of answering is shown. */
  habits: HabitName | 'none';
  /** Tool calls, when a request offers tools: when the prompt names one, always, or never. */
  tools: 'auto' | 'always' | 'never';
  compat: 'openai' | 'rai';
  /** Answers that may run at a time; one more is refused with 429. */
  maxConcurrent: number;
  /** Makes all that is random the same in every run. */
  seed: number | undefined;
}
