import type { Attributes, Meter } from '@opentelemetry/api';
import type { Endpoint } from '../config/endpoints.js';

/**
 * The names of OpenTelemetry's conventions for generative AI, which are in development.
 * https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai
 */

/** Names of the conventions for providers that have another one here. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** What each span and each figure of an exchange has. */
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

/** Of the conventions, in seconds. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  ...[1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144],
  ...[1_048_576, 4_194_304, 16_777_216, 67_108_864],
];

/** The figures of the conventions that a client has. */
export interface ClientMetrics {
  duration(seconds: number, attributes: Attributes): void;
  timeToFirstChunk(seconds: number, attributes: Attributes): void;
  timePerOutputChunk(seconds: number, attributes: Attributes): void;
  tokens(type: 'input' | 'output', count: number, attributes: Attributes): void;
}

export function clientMetrics(meter: Meter): ClientMetrics {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const duration = seconds('gen_ai.client.operation.duration', 'GenAI operation duration.');
  const first = seconds(
    'gen_ai.client.operation.time_to_first_chunk',
    'Time from the request to the first chunk of output.',
  );
  const further = seconds(
    'gen_ai.client.operation.time_per_output_chunk',
    'Time from one chunk of output to the next.',
  );
  const tokens = meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKENS },
  });
  return {
    duration: (value, attributes) => duration.record(value, attributes),
    timeToFirstChunk: (value, attributes) => first.record(value, attributes),
    timePerOutputChunk: (value, attributes) => further.record(value, attributes),
    tokens: (type, count, attributes) => tokens.record(count, { ...attributes, 'gen_ai.token.type': type }),
  };
}
