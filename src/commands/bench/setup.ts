import { formatSpread } from '../../loadtest/spread.js';
import type { BenchFlags } from './flags.js';
import type { Load, Trace } from './load.js';
import type { Asked } from './prompts.js';
import type { Through } from './send.js';

/** What a test sends, and when. */
export interface Plan extends Asked {
  readonly flags: BenchFlags;
  readonly trace: Trace | undefined;
  readonly load: Load;
}

/** What a test was set up with, as its report tells it. */
export interface Setup {
  readonly loop: 'closed' | 'open';
  /** E.g. `5 arrivals/s, after 3 to warm up`. */
  readonly text: string;
  /** Empty where there is nothing to say of them. `count`: how many differ, where they repeat. */
  readonly prompts: { readonly text: string; readonly count?: number };
  readonly through: Through;
  readonly policies: boolean;
  readonly inTurns: boolean;
  /** The report's member `load`. */
  readonly json: Readonly<Record<string, unknown>>;
}

export function setupOf({ flags, load, prompts }: Plan): Setup {
  const text = `${load.text}${flags.warmup === 0 ? '' : `, after ${flags.warmup} to warm up`}`;
  const turns =
    flags.turns === undefined
      ? null
      : {
          per_conversation: flags.turns === 'all' ? 'all' : formatSpread(flags.turns),
          think_s: flags.thinkTime === undefined ? null : formatSpread(flags.thinkTime),
          history: flags.history,
        };
  return {
    loop: load.kind,
    text: text + load.part,
    prompts: { text: prompts.text, ...(prompts.count !== undefined && { count: prompts.count }) },
    through: flags.through,
    policies: flags.policies === true,
    inTurns: turns !== null,
    json: {
      text,
      ...load.json,
      seed: flags.seed,
      prompts: { text: prompts.text, ...prompts.json },
      turns,
      warmup: flags.warmup,
      // Of TTFT and E2E.
      measured_from: load.kind === 'open' ? 'intended send time' : 'send',
      timeout_s: flags.timeout ?? null,
      idle_timeout_s: flags.idleTimeout ?? null,
      answer_timeout_s: flags.answerTimeout ?? null,
      drain_s: load.limit.drainMs === undefined ? null : load.limit.drainMs / 1000,
      through: flags.through,
      policies: flags.policies === true,
    },
  };
}
