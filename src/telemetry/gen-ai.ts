import type { Attributes, Meter } from '@opentelemetry/api';
import type { Endpoint } from '../config/endpoints/endpoint.js';

/**
 * The names of OpenTelemetry's conventions for generative AI, which are in development.
 * https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai
 */

/** The conventions' names of providers that have another name in this program. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** Returns the attributes of each span and each figure of an exchange. */
export function commonAttributes(endpoint: Endpoint, model: string): Attributes {
  const { access, baseUrl, kind } = endpoint;
  const url = new URL(access.url ?? baseUrl);
  const byApi =
    access.api === 'anthropic' ? 'anthropic' : kind === 'simulator' ? 'vastar.simulator' : 'openai';
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name':
      access.provider === undefined ? byApi : (PROVIDERS[access.provider] ?? access.provider),
    'gen_ai.request.model': model,
    'server.address': url.hostname,
    'server.port': portOf(url),
  };
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** The bucket limits of the conventions, in seconds. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  ...[1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144],
  ...[1_048_576, 4_194_304, 16_777_216, 67_108_864],
];

/** Tokens of an exchange, as the provider counts them. */
interface TokenCounts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  /** Input that the provider read from its cache, and wrote to it. */
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** Output that was reasoning. */
  readonly reasoning?: number | undefined;
}

/** The conventions' figures for clients. */
export interface ClientMetrics {
  duration(seconds: number, attributes: Attributes): void;
  timeToFirstChunk(seconds: number, attributes: Attributes): void;
  timePerOutputChunk(seconds: number, attributes: Attributes): void;
  tokens(counts: TokenCounts, attributes: Attributes): void;
}

/**
 * Version 0.1.0 of the conventions renamed the metrics. The old names are exported too, because dashboards use
 * them.
 */
const RENAMED = ['inference', 'operation'] as const;

export function clientMetrics(meter: Meter): ClientMetrics {
  const seconds = (figure: string, description: string) => {
    const all = RENAMED.map((kind) =>
      meter.createHistogram(`gen_ai.client.${kind}.${figure}`, {
        description,
        unit: 's',
        advice: { explicitBucketBoundaries: SECONDS },
      }),
    );
    return (value: number, attributes: Attributes): void => {
      for (const one of all) one.record(value, attributes);
    };
  };
  const usage = (kind: string, description: string) =>
    meter.createCounter(`gen_ai.client.inference.usage.${kind}_tokens`, { description, unit: '{token}' });
  const counters = {
    input: usage('input', 'Input tokens, cached ones included.'),
    output: usage('output', 'Output tokens, reasoning included.'),
    cacheRead: usage('cache_read.input', "Input tokens that the provider's cache had."),
    cacheWrite: usage('cache_write.input', "Input tokens written to the provider's cache."),
    reasoning: usage('reasoning.output', 'Output tokens that were reasoning.'),
  };
  const before = meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKENS },
  });
  return {
    duration: seconds('duration', 'Duration of an exchange.'),
    timeToFirstChunk: seconds('time_to_first_chunk', 'Time from the request to the first chunk of output.'),
    timePerOutputChunk: seconds('time_per_output_chunk', 'Time from one chunk of output to the next.'),
    tokens(counts, attributes) {
      const all = { ...attributes, 'gen_ai.token.modality': 'unknown' };
      // The conventions demand 0 when the provider sent no count.
      counters.input.add(counts.input ?? 0, all);
      counters.output.add(counts.output ?? 0, all);
      for (const part of ['cacheRead', 'cacheWrite', 'reasoning'] as const) {
        const count = counts[part];
        if (count !== undefined) counters[part].add(count, all);
      }
      for (const type of ['input', 'output'] as const) {
        const count = counts[type];
        if (count !== undefined) before.record(count, { ...attributes, 'gen_ai.token.type': type });
      }
    },
  };
}
