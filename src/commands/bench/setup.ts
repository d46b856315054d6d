import { counted } from '../../common/text/counted.js';
import { formatSpread } from '../../loadtest/prompts/spread.js';
import type { BenchFlags } from './flags/flags.js';
import { type SearchPlan, searchOf } from './flags/search-flags.js';
import type { Load, Trace } from './load.js';
import type { TestPrompts } from './prompts/prompts.js';
import type { Through } from './send.js';

/** The flags, load and prompts of a test. */
export interface Plan extends TestPrompts {
  readonly flags: BenchFlags;
  readonly trace: Trace | undefined;
  readonly load: Load;
}

/** The setup of a test, for its report. */
export interface Setup {
  readonly loop: 'closed' | 'open';
  /** E.g. `5 arrivals/s, after 3 warm-up requests`. */
  readonly text: string;
  /** `text`: empty for a single prompt. `count`: number of different prompts; undefined when they do not repeat. */
  readonly prompts: { readonly text: string; readonly count?: number };
  readonly through: Through;
  readonly policies: boolean;
  readonly hasTurns: boolean;
  /** The number of arrivals that the rate gives on average; set when chance decides how many there are. */
  readonly expectedArrivals?: number;
  /** The report's member `load`. */
  readonly json: Readonly<Record<string, unknown>>;
}

export function setupOf({ flags, load, prompts }: Plan): Setup {
  const search = searchOf(flags);
  const loop = search === undefined ? load.kind : search.kind === 'rate' ? 'open' : 'closed';
  const text = `${search === undefined ? load.text : searchText(search, flags)}${warmupText(flags)}`;
  const turns =
    flags.turns === undefined
      ? null
      : {
          per_conversation: flags.turns === 'all' ? 'all' : formatSpread(flags.turns),
          think_s: flags.thinkTime === undefined ? null : formatSpread(flags.thinkTime),
          history: flags.history,
        };
  return {
    loop,
    text: text + load.part + (flags.warmup === 'auto' && flags.shard !== undefined ? WARMUP_LATER : ''),
    prompts: { text: prompts.text, ...(prompts.count !== undefined && { count: prompts.count }) },
    through: flags.through,
    policies: flags.policies === true,
    hasTurns: turns !== null,
    ...expectedOf(flags),
    json: {
      text,
      ...load.json,
      ...(search !== undefined && {
        rate_per_s: null,
        // A sweep or a search has several loads. With several rates, --concurrency is a limit.
        ...(search.kind === 'concurrency' && { concurrency: null }),
        search: searchJson(search, flags),
      }),
      seed: flags.seed,
      prompts: { text: prompts.text, ...prompts.json },
      turns,
      warmup: flags.warmup,
      // The moment from which TTFT and E2E are measured.
      measured_from: loop === 'open' ? 'intended send time' : 'send',
      timeout_s: flags.timeout ?? null,
      idle_timeout_s: flags.idleTimeout ?? null,
      answer_timeout_s: flags.answerTimeout ?? null,
      drain_s: load.limit.drainMs === undefined ? null : load.limit.drainMs / 1000,
      through: flags.through,
      policies: flags.policies === true,
    },
  };
}

const WARMUP_LATER = ' (these figures include the warm-up; "bench merge" excludes it)';

/** Returns the arrivals that are expected when only the rate and the duration decide; else nothing. */
function expectedOf(flags: BenchFlags): Pick<Setup, 'expectedArrivals'> {
  const { rate, duration, requests, warmup, turns, shard, arrivals } = flags;
  const random = rate !== undefined && arrivals?.kind !== 'constant';
  if (!random || duration === undefined || requests !== undefined) return {};
  if (typeof warmup === 'number' && warmup > 0) return {};
  return turns === undefined && shard === undefined ? { expectedArrivals: rate * duration } : {};
}

/** Describes the search in the report. */
function searchText(search: SearchPlan, { slo, turns }: BenchFlags): string {
  const rate = `${turns === undefined ? 'arrivals' : 'conversations'}/s`;
  const many = turns === undefined ? 'requests' : 'conversations';
  if (search.type === 'sweep') {
    const atATime = turns === undefined ? 'at a time' : `${many} at a time`;
    return `${search.loads.join(', ')} ${search.kind === 'rate' ? rate : atATime}`;
  }
  return `the most ${search.kind === 'rate' ? rate : `${many} at a time`} that keep ${slo?.text ?? ''}`;
}

function searchJson(search: SearchPlan, { slo }: BenchFlags): Record<string, unknown> {
  return { ...search, slo: slo?.text ?? null };
}

function warmupText({ warmup }: BenchFlags): string {
  if (warmup === 'auto') return ', without warm-up and cool-down';
  return warmup === 0 ? '' : `, after ${counted(warmup, 'warm-up request')}`;
}
