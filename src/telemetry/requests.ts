import type { Attributes, Meter, SpanContext } from '@opentelemetry/api';
import { portOf } from './gen-ai.js';
import type { OpenTelemetry } from './open.js';
import { CLIENT, INTERNAL, SERVER } from './span-kind.js';
import { randomSpanId, randomTraceId, readTraceparent, traceparent } from './traceparent.js';

/** A part of an attempt, in ms on the clock of `performance.now()`. */
export interface AttemptPart {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The result of a request, or of one attempt. Times on the clock of `performance.now()`. */
export interface RequestEnd {
  readonly method: string;
  readonly url: URL;
  readonly startMs: number;
  readonly endMs: number;
  readonly statusCode: number | undefined;
  /** The error class of a failure. */
  readonly errorType: string | undefined;
}

/** A request through the daemon, exported when it has ended. */
export interface FollowedRequest {
  /** Begins the next attempt. */
  attempt(): FollowedAttempt;
  end(result: RequestEnd & { readonly tenantId: string; readonly attempts: number }): void;
}

interface FollowedAttempt {
  /** The header for the provider; undefined when it gets the client's header. */
  readonly traceparent: string | undefined;
  end(
    result: RequestEnd & { readonly parts: readonly AttemptPart[]; readonly protocol: string | undefined },
  ): void;
}

/** Exports the daemon's requests. */
export interface RequestTelemetry {
  /** @param parent the `traceparent` that the client sent */
  begin(parent: string | undefined): FollowedRequest;
  shutdown: OpenTelemetry['shutdown'];
}

/** Creates the export of requests in the format of the conventions for HTTP: https://opentelemetry.io/docs/specs/semconv/http/ */
export function requestTelemetry({ record, meter, sampled, shutdown }: OpenTelemetry): RequestTelemetry {
  const duration = meter && durationOf(meter);
  return {
    shutdown,
    begin(header) {
      const parent = readTraceparent(header);
      const own: SpanContext = {
        traceId: parent?.traceId ?? randomTraceId(),
        spanId: randomSpanId(),
        traceFlags: 1,
      };
      const recorded = parent === undefined ? sampled(own.traceId, 'proxy') : (parent.traceFlags & 1) === 1;
      const write = recorded ? record : undefined;
      let attempts = 0;
      return {
        attempt() {
          const number = attempts;
          attempts += 1;
          const ids = { traceId: own.traceId, spanId: randomSpanId() };
          return {
            traceparent: write === undefined ? undefined : traceparent({ ...ids, traceFlags: 1 }),
            end({ parts, protocol, ...result }) {
              const attributes = attributesOf(result);
              duration?.record((result.endMs - result.startMs) / 1000, attributes);
              const span = write?.({
                ...spanOf(result),
                name: result.method,
                kind: CLIENT,
                ids,
                parent: own,
                attributes: {
                  ...attributes,
                  'url.full': result.url.origin + result.url.pathname,
                  ...(number > 0 && { 'http.request.resend_count': number }),
                  ...(protocol !== undefined && {
                    'network.protocol.version': protocol === 'h2' ? '2' : '1.1',
                  }),
                },
              });
              for (const { name, startMs, endMs } of span === undefined ? [] : parts) {
                write?.({ name, kind: INTERNAL, startMs, endMs, parent: span, attributes: {} });
              }
            },
          };
        },
        end({ tenantId, attempts: count, ...result }) {
          write?.({
            ...spanOf(result),
            name: `proxy ${result.method}`,
            kind: SERVER,
            ids: own,
            parent,
            attributes: {
              ...attributesOf(result),
              'vastar.tenant_id': tenantId,
              'vastar.attempts': count,
            },
          });
        },
      };
    },
  };
}

function durationOf(meter: Meter) {
  return meter.createHistogram('http.client.request.duration', {
    description: 'Duration of HTTP client requests.',
    unit: 's',
    advice: {
      explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    },
  });
}

function spanOf({ startMs, endMs, statusCode, errorType }: RequestEnd) {
  const error = errorType ?? (statusCode !== undefined && statusCode >= 400 ? String(statusCode) : undefined);
  return { startMs, endMs, error };
}

function attributesOf({ method, url, statusCode, errorType }: RequestEnd): Attributes {
  return {
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': portOf(url),
    ...(statusCode !== undefined && { 'http.response.status_code': statusCode }),
    ...(errorType !== undefined && { 'error.type': errorType }),
  };
}
