/** The part of the provider's work that a reported time covers. `processing`: all work until the response's headers. */
export type ReportedPart = 'queue' | 'load' | 'prompt' | 'processing' | 'generation';

/** A time that the provider reported. */
export interface ReportedTime {
  part: ReportedPart;
  ms: number;
  /** The header or JSON member that holds the time. */
  source: string;
}

/** The provider's times in one response. */
export interface Reported {
  times: ReportedTime[];
  /** Sources whose value is not a valid time: negative, over a day or no number. */
  refused: string[];
}

/** Header names are in lower case. */
type Headers = Readonly<Record<string, string>>;
type Members = Readonly<Record<string, unknown>>;
type Found = readonly [part: ReportedPart, source: string, value: unknown, unitMs: number];

const MS = 1;
const SECOND = 1000;
const NANOSECOND = 1e-6;
/** No exchange takes longer than a day, so a larger value has another unit. */
const LONGEST_MS = 24 * 3_600_000;

/** The headers that `timesInHeaders` reads. */
export const TIME_HEADERS = [
  'openai-processing-ms',
  'x-envoy-upstream-service-time',
  'server-timing',
] as const;
const [OPENAI, ENVOY, SERVER_TIMING] = TIME_HEADERS;

/**
 * Reads the provider's times from a response's headers, in ms: `openai-processing-ms` (OpenAI, vLLM gateways),
 * `x-envoy-upstream-service-time` (Envoy, Azure) and known entries of `server-timing` (W3C).
 * @param headers names in lower case
 */
export function timesInHeaders(headers: Headers): Reported {
  const found: Found[] = [
    ['processing', OPENAI, headers[OPENAI], MS],
    ['processing', ENVOY, headers[ENVOY], MS],
    ...serverTiming(headers[SERVER_TIMING] ?? ''),
  ];
  return judged(found);
}

/**
 * Reads the provider's times from one event of an answer and returns ms. Sources: llama.cpp's `timings` (ms), `usage`
 * of Groq (seconds, also in `x_groq`) and LocalAI (ms), `time_info` of Cerebras (seconds), Ollama's durations (ns).
 */
export function timesInEvent(event: Members): Reported {
  const { usage, x_groq, timings, time_info } = event;
  const found: Found[] = [];
  if (isMembers(usage)) found.push(...inUsage(usage, 'usage'));
  if (isMembers(x_groq) && isMembers(x_groq.usage)) found.push(...inUsage(x_groq.usage, 'x_groq.usage'));
  if (isMembers(time_info)) found.push(...inSeconds(time_info, 'time_info'));
  if (isMembers(timings)) {
    found.push(['prompt', 'timings.prompt_ms', timings.prompt_ms, MS]);
    found.push(['generation', 'timings.predicted_ms', timings.predicted_ms, MS]);
  }
  found.push(...inNanoseconds(event, ''));
  return judged(found);
}

function inUsage(usage: Members, name: string): Found[] {
  return [
    ...inSeconds(usage, name),
    ...inNanoseconds(usage, `${name}.`),
    ['prompt', `${name}.timing_prompt_processing`, usage.timing_prompt_processing, MS],
    ['generation', `${name}.timing_token_generation`, usage.timing_token_generation, MS],
  ];
}

function inSeconds(members: Members, name: string): Found[] {
  return [
    ['queue', `${name}.queue_time`, members.queue_time, SECOND],
    ['prompt', `${name}.prompt_time`, members.prompt_time, SECOND],
    ['generation', `${name}.completion_time`, members.completion_time, SECOND],
  ];
}

function inNanoseconds(members: Members, prefix: string): Found[] {
  return [
    ['load', `${prefix}load_duration`, members.load_duration, NANOSECOND],
    ['prompt', `${prefix}prompt_eval_duration`, members.prompt_eval_duration, NANOSECOND],
    ['generation', `${prefix}eval_duration`, members.eval_duration, NANOSECOND],
  ];
}

/** Known names of `server-timing` entries. Other entries may overlap these, so they are ignored. */
const ENTRY_NAMES: readonly [RegExp, ReportedPart][] = [
  [/^(queue|queued|queue[-_]?time|waiting)$/i, 'queue'],
  [/^(prompt|prefill|prompt[-_]?processing|prompt[-_]?time)$/i, 'prompt'],
  [/^(total|processing|app|origin|inference|upstream)$/i, 'processing'],
];

/** Parses `queue;dur=12.5, total;dur=80;desc="all of it"`. Commas and semicolons in quotes don't separate entries. */
function serverTiming(header: string): Found[] {
  return (header.slice(0, 4096).match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []).flatMap((entry): Found[] => {
    const name = entry.split(';', 1)[0]?.trim() ?? '';
    const part = ENTRY_NAMES.find(([pattern]) => pattern.test(name))?.[1];
    const duration = /;\s*dur\s*=\s*"?([^;"\s]+)/i.exec(entry)?.[1];
    return part === undefined || duration === undefined
      ? []
      : [[part, `server-timing: ${name}`, duration, MS]];
  });
}

function judged(found: readonly Found[]): Reported {
  const reported: Reported = { times: [], refused: [] };
  for (const [part, source, value, unitMs] of found) {
    // Groq sends null for an unknown time.
    if (value === undefined || value === null) continue;
    const ms = (typeof value === 'number' ? value : decimal(value)) * unitMs;
    if (ms >= 0 && ms <= LONGEST_MS) reported.times.push({ part, ms, source });
    else reported.refused.push(source);
  }
  return reported;
}

function decimal(value: unknown): number {
  return typeof value === 'string' && /^\s*-?\d{1,15}(\.\d{1,9})?\s*$/.test(value)
    ? Number(value)
    : Number.NaN;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
