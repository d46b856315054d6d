import type { ExchangeMetrics } from './exchange.js';

/** Names and definition of one figure for the screen, the JSON output and the documentation. */
export interface Figure {
  /** The name in the chat's panes, in plain words. */
  readonly label: string;
  /** The usual technical term, when it differs from the label. */
  readonly term?: string;
  /** Empty when the value is a word, or yes or no. */
  readonly unit: 'ms' | 'tokens/s' | 'tokens' | 'bytes' | 'US$' | '%' | 'count' | '';
  /** The exact definition, for docs/metrics.md and the explanation on the screen. */
  readonly definition: string;
  /** The figure's meaning for the reader, in one sentence. */
  readonly help: string;
  /** Key and value in `metrics` of the JSON output; absent when the JSON does not have the figure. */
  readonly json?: { readonly key: string; readonly of: (metrics: ExchangeMetrics) => JsonValue };
}

export type JsonValue = number | boolean | string | null | Readonly<Record<string, number | string>>;

/**
 * The figures of one exchange. All times count from the moment when the client sends the request. Screen, JSON and docs
 * use this table.
 */
export const FIGURES = {
  ttfb: {
    label: 'first byte',
    term: 'TTFB',
    unit: 'ms',
    definition: 'time from send until the daemon reads the response headers',
    help: 'How long the provider took to begin its response.',
    json: { key: 'ttfb_ms', of: ({ ttfbMs }) => ttfbMs ?? null },
  },
  ttft: {
    label: 'first token',
    term: 'TTFT',
    unit: 'ms',
    definition: 'time from send to the first output',
    help: 'How long you waited for the first piece of the answer.',
    json: { key: 'ttft_ms', of: ({ ttftMs }) => ttftMs ?? null },
  },
  e2e: {
    label: 'whole answer',
    term: 'E2E',
    unit: 'ms',
    definition: 'time from send to the last output; usage and `[DONE]` do not count',
    help: 'How long the answer took, from the question to its last piece.',
    json: { key: 'e2e_ms', of: ({ e2eMs }) => e2eMs ?? null },
  },
  tpot: {
    label: 'per token',
    term: 'TPOT',
    unit: 'ms',
    definition: 'time from the first arrival to the last / delivered tokens after the first arrival',
    help: 'How long each token took once the answer had begun.',
    json: { key: 'tpot_ms', of: ({ speed }) => (speed.kind === 'measured' ? speed.tpotMs : null) },
  },
  rate: {
    label: 'speed',
    term: 'rate',
    unit: 'tokens/s',
    definition: 'delivered tokens after the first arrival / time from the first arrival to the last',
    help: 'How fast the answer came once it had begun.',
    json: {
      key: 'tokens_per_s',
      of: ({ speed }) => (speed.kind === 'measured' ? speed.tokensPerSecond : null),
    },
  },
  withheld: {
    label: 'withheld',
    unit: '',
    definition: 'why there is no rate: `burst`, `too_few_arrivals` or `hidden`',
    help: 'Why the speed is withheld.',
    json: { key: 'rate_withheld', of: ({ speed }) => (speed.kind === 'withheld' ? speed.reason : null) },
  },
  tokens: {
    label: 'tokens',
    unit: 'tokens',
    definition:
      'delivered tokens; `~` marks an estimate: four ASCII characters a token, one for any other character, at least one a chunk',
    help: 'How many tokens of output arrived.',
    json: { key: 'output_tokens', of: ({ outputTokens }) => outputTokens },
  },
  estimated: {
    label: 'estimated',
    unit: '',
    definition: 'the token count is an estimate: the provider sent no count, or an implausible one',
    help: 'Whether the tokens are an estimate.',
    json: { key: 'tokens_estimated', of: ({ tokensEstimated }) => tokensEstimated },
  },
  chunks: {
    label: 'chunks',
    unit: 'count',
    definition: 'pieces of output that the provider sent',
    help: 'In how many pieces the provider sent the answer, and how many bytes the response has.',
    json: { key: 'chunks', of: ({ chunks }) => chunks },
  },
  arrivals: {
    label: 'arrivals',
    unit: 'count',
    definition: 'reads by the daemon that brought output',
    help: 'In how many reads the daemon received the answer: fewer than chunks when several chunks came at once.',
    json: { key: 'arrivals', of: ({ arrivals }) => arrivals },
  },
  bytes: {
    label: 'bytes',
    unit: 'bytes',
    definition: 'bytes of the response body',
    help: 'How many bytes the response has.',
    json: { key: 'bytes', of: ({ bytes }) => bytes },
  },
  compressed: {
    label: 'decoded',
    unit: 'bytes',
    definition: "the response's content coding and its bytes after decoding; `null` without a coding",
    help: 'How large the response is after decompression.',
    json: {
      key: 'compressed',
      of: ({ compressed }) =>
        compressed === undefined
          ? null
          : { coding: compressed.coding, decoded_bytes: compressed.decodedBytes },
    },
  },
  attempts: {
    label: 'attempts',
    unit: 'count',
    definition: 'how often the daemon sent the request',
    help: 'How often the daemon sent the request, retries included.',
    json: { key: 'attempts', of: ({ attempts }) => attempts },
  },
  replaced: {
    label: 'replaced',
    unit: 'count',
    definition: 'how often a reused connection was dead and the daemon sent the request on a new one',
    help: 'How many dead connections the daemon replaced for this request.',
    json: { key: 'replaced', of: ({ replaced }) => replaced ?? 0 },
  },
  buffered: {
    label: 'buffered',
    unit: '',
    definition: 'the answer came in one piece, because the daemon does not stream',
    help: 'Whether the answer came in one piece, because the daemon does not stream.',
    json: { key: 'buffered', of: ({ buffered }) => buffered },
  },
  gaps: {
    label: 'gaps',
    unit: 'ms',
    definition: 'time between two arrivals with output; a stall is a gap over max(1 s, 10 × p50)',
    help: 'The pauses between one piece of the answer and the next: half are shorter than p50, 95 of 100 shorter than p95.',
    json: { key: 'gaps', of: ({ gaps }) => (gaps === undefined ? null : { ...gaps }) },
  },
  hops: {
    label: 'steps to first token',
    term: 'hops',
    unit: 'ms',
    definition: 'the parts of the time to the first output on the screen',
    help: 'Where the time until the first token went, step by step.',
    json: { key: 'hops', of: ({ hops }) => ({ ...hops }) },
  },
  paint: {
    label: 'drawn within',
    term: 'paint',
    unit: 'ms',
    definition:
      'from the arrival of the oldest content in a frame to that frame on the terminal; the pane has p99',
    help: 'How soon arrived output is on the terminal, in 99 of 100 frames.',
  },
  hidden: {
    label: 'hidden tokens',
    unit: 'tokens',
    definition: 'tokens that the provider counted but never streamed, for example reasoning',
    help: 'Tokens that the provider counts and bills, but never sent.',
  },
  cached: {
    label: 'cached tokens',
    unit: 'tokens',
    definition: 'prompt tokens that the provider read from its cache',
    help: 'How much of the prompt the provider had in its cache.',
  },
  cacheWrite: {
    label: 'cache write',
    unit: 'tokens',
    definition: 'prompt tokens that the provider wrote to its cache',
    help: 'How much of the prompt the provider wrote to its cache.',
  },
  cost: {
    label: 'cost',
    unit: 'US$',
    definition: "the provider's token counts times list prices",
    help: 'The approximate cost of the answer, without discounts and taxes.',
  },
} as const satisfies Record<string, Figure>;

/** The figures of an exchange in the JSON output, in order. */
export const JSON_FIGURES: readonly NonNullable<Figure['json']>[] = Object.values<Figure>(FIGURES).flatMap(
  ({ json }) => (json === undefined ? [] : [json]),
);
