import { type JsonRecord, recordOf } from '../common/json.js';

/**
 * The part of the provider's work that a reported time covers. `processing`: all work until the response's headers;
 * `first_token`: until the first token; `total`: the whole request; `overhead`: a gateway's own work.
 */
export type ReportedPart =
  | 'queue'
  | 'load'
  | 'prompt'
  | 'processing'
  | 'generation'
  | 'first_token'
  | 'total'
  | 'overhead';

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

type Found = readonly [part: ReportedPart, source: string, value: unknown, unitMs: number];

const MS = 1;
const SECOND = 1000;
const NANOSECOND = 1e-6;
/** No exchange takes longer than a day, so a larger value has another unit. */
const LONGEST_MS = 24 * 3_600_000;

const SERVER_TIMING = 'server-timing';
/** OpenAI and vLLM's gateways; Envoy and Azure; Kong and Mistral; LiteLLM; Hugging Face; Fireworks; Bedrock. */
const IN_HEADERS: readonly (readonly [name: string, part: ReportedPart, unitMs: number])[] = [
  ['openai-processing-ms', 'processing', MS],
  ['x-envoy-upstream-service-time', 'processing', MS],
  ['x-kong-upstream-latency', 'processing', MS],
  ['x-kong-proxy-latency', 'overhead', MS],
  ['x-litellm-response-duration-ms', 'processing', MS],
  ['x-litellm-overhead-duration-ms', 'overhead', MS],
  ['x-queue-time', 'queue', MS],
  ['x-inference-time', 'generation', MS],
  ['x-total-time', 'processing', MS],
  ['fireworks-server-time-to-first-token', 'first_token', SECOND],
  ['fireworks-server-processing-time', 'total', SECOND],
  ['x-amzn-bedrock-invocation-latency', 'total', MS],
];

/** The headers that `timesInHeaders` reads. */
export const TIME_HEADERS: readonly string[] = [SERVER_TIMING, ...IN_HEADERS.map(([name]) => name)];

/**
 * Reads the provider's times from a response's headers, in ms: those of `IN_HEADERS`, and known entries of
 * `server-timing` (W3C).
 * @param headers names in lower case
 */
export function timesInHeaders(headers: Readonly<Record<string, string>>): Reported {
  return judged([
    ...IN_HEADERS.map(([name, part, unitMs]): Found => [part, name, headers[name], unitMs]),
    ...serverTiming(headers[SERVER_TIMING] ?? ''),
  ]);
}

type Names = Readonly<Record<string, ReportedPart>>;
const GROQ: Names = {
  queue_time: 'queue',
  prompt_time: 'prompt',
  completion_time: 'generation',
  total_time: 'total',
};
const OLLAMA: Names = {
  load_duration: 'load',
  prompt_eval_duration: 'prompt',
  eval_duration: 'generation',
  total_duration: 'total',
};

/** Where an event has times: the path of the member, and the names in it. */
const IN_EVENT: readonly (readonly [path: string, names: Names, unitMs: number])[] = [
  ['usage', GROQ, SECOND],
  ['x_groq.usage', GROQ, SECOND],
  // Cerebras
  ['time_info', GROQ, SECOND],
  // SambaNova
  ['usage', { time_to_first_token: 'first_token', total_latency: 'total' }, SECOND],
  // LM Studio
  ['stats', { time_to_first_token: 'first_token', generation_time: 'generation' }, SECOND],
  // Fireworks
  [
    'perf_metrics',
    {
      'prefill-queue-duration': 'queue',
      'prefill-duration': 'prompt',
      'generation-duration': 'generation',
      'server-time-to-first-token': 'first_token',
      'server-processing-time': 'total',
    },
    SECOND,
  ],
  // llama.cpp
  ['timings', { prompt_ms: 'prompt', predicted_ms: 'generation' }, MS],
  // LocalAI
  ['usage', { timing_prompt_processing: 'prompt', timing_token_generation: 'generation' }, MS],
  // NVIDIA Dynamo
  ['nvext.timing', { ttft_ms: 'first_token', total_time_ms: 'total' }, MS],
  // Bedrock
  ['amazon-bedrock-invocationMetrics', { firstByteLatency: 'first_token', invocationLatency: 'total' }, MS],
  ['', OLLAMA, NANOSECOND],
  ['usage', OLLAMA, NANOSECOND],
];

/** Reads the provider's times from one event of an answer, in ms. */
export function timesInEvent(event: JsonRecord): Reported {
  return judged(
    IN_EVENT.flatMap(([path, names, unitMs]) => {
      const places = path === '' ? [] : path.split('.');
      const members = places.reduce((one, name) => recordOf(one[name]), event);
      return Object.entries(names).map(([name, part]): Found => {
        return [part, [...places, name].join('.'), members[name], unitMs];
      });
    }),
  );
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
