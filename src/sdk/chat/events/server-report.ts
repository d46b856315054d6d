import { isRecord, type JsonRecord } from '../../../common/json.js';
import type { ChatEvent } from '../chat-types.js';

/** Members in which servers report their own times. `timesInEvent` in src/metrics reads them. */
const REPORTS: ReadonlySet<string> = new Set([
  'timings',
  'time_info',
  'stats',
  'perf_metrics',
  'nvext',
  'amazon-bedrock-invocationMetrics',
  'load_duration',
  'prompt_eval_duration',
  'eval_duration',
  'total_duration',
]);
/** Matches members of `usage` that are times or costs. */
const FIGURE =
  /^(queue|prompt|completion|total)_time$|^timing_|_duration$|^time_to_first_token$|_latency$|cost/;

/** Returns the members of the event in which the server reports its own times and costs. */
export function reportOf(event: JsonRecord): ChatEvent | undefined {
  const { usage, x_groq } = event;
  const members: Record<string, unknown> = {};
  let found = false;
  const add = (name: string, value: unknown): void => {
    members[name] = value;
    found = true;
  };
  for (const name in event) if (REPORTS.has(name)) add(name, event[name]);
  if (hasFigures(usage)) add('usage', usage);
  if (isRecord(x_groq) && hasFigures(x_groq.usage)) add('x_groq', { usage: x_groq.usage });
  return found ? { type: 'report', members } : undefined;
}

function hasFigures(usage: unknown): boolean {
  return isRecord(usage) && Object.keys(usage).some((name) => FIGURE.test(name));
}
