import { ConnectorException } from '../../common/errors.js';
import type { Timings } from '../../protocol/messages.js';
import type { AttemptPart, RequestEnd, RequestTelemetry } from '../../telemetry/requests.js';
import type { HttpRequest } from '../upstream/http-request.js';
import type { ResponseSink, Transport, UpstreamCall } from '../upstream/transport.js';

/** Exports one span for each request, including all its attempts. */
export function withRequestSpans(next: Transport, telemetry: RequestTelemetry): Transport {
  return async (call, sink) => {
    const { request, timeline, tenantId } = call;
    const startMs = performance.now() - timeline.elapsedUs() / 1000;
    const span = telemetry.begin(traceparentIn(request));
    const end = (result: RequestEnd): void =>
      span.end({ ...result, tenantId, attempts: timeline.timings.attempts });
    await watched(next, { ...call, span }, sink, startMs, end);
  };
}

/** Exports one span for each attempt, and sends that span's `traceparent` to the provider. */
export function withAttemptSpans(next: Transport): Transport {
  return async (call, sink) => {
    const { span, timeline } = call;
    if (span === undefined) return next(call, sink);
    const attempt = span.attempt();
    const startMs = performance.now();
    const beganMs = startMs - timeline.elapsedUs() / 1000;
    const request = withTraceparent(call.request, attempt.traceparent);
    await watched(next, { ...call, request }, sink, startMs, (result) =>
      attempt.end({
        ...result,
        parts: partsOf(timeline.timings, beganMs, result),
        protocol: timeline.protocol,
      }),
    );
  };
}

async function watched(
  next: Transport,
  call: UpstreamCall,
  sink: ResponseSink,
  startMs: number,
  end: (result: RequestEnd) => void,
): Promise<void> {
  const { method, url } = call.request;
  let statusCode: number | undefined;
  const report = (errorType: string | undefined): void =>
    end({ method, url, startMs, endMs: performance.now(), statusCode, errorType });
  const seen: ResponseSink = {
    onHead(head, flow) {
      statusCode = head.statusCode;
      sink.onHead(head, flow);
    },
    onData: (bytes) => sink.onData(bytes),
  };
  try {
    await next(call, seen);
    report(undefined);
  } catch (error) {
    // A response that a policy dropped has a status, and is not a failure of the exchange.
    const failed = error instanceof ConnectorException ? error.getErrorClassName() : undefined;
    report(failed ?? (statusCode === undefined ? 'cancelled' : undefined));
    throw error;
  }
}

const PARTS = [
  ['queue', 'queuedUs'],
  ['DNS lookup', 'dnsUs'],
  ['TCP connect', 'connectUs'],
  ['TLS', 'tlsUs'],
  ['send request', 'sentUs'],
  ['to 1st byte', 'firstByteUs'],
] as const;

/**
 * Returns the parts of an attempt, in order. The last one is the body.
 * @param beganMs when the exchange's timeline began
 */
function partsOf(timings: Readonly<Timings>, beganMs: number, { startMs, endMs }: RequestEnd): AttemptPart[] {
  let atMs = startMs;
  const parts: AttemptPart[] = [];
  for (const [name, point] of PARTS) {
    const us = timings[point];
    if (us === undefined) continue;
    const until = Math.max(atMs, beganMs + us / 1000);
    parts.push({ name, startMs: atMs, endMs: until });
    atMs = until;
  }
  if (timings.firstByteUs !== undefined)
    parts.push({ name: 'body', startMs: atMs, endMs: Math.max(atMs, endMs) });
  return parts;
}

const isTraceparent = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'traceparent';

function traceparentIn({ headers }: HttpRequest): string | undefined {
  return headers.find(isTraceparent)?.[1];
}

function withTraceparent(request: HttpRequest, traceparent: string | undefined): HttpRequest {
  if (traceparent === undefined) return request;
  const others = request.headers.filter((header) => !isTraceparent(header));
  return { ...request, headers: [...others, ['traceparent', traceparent]] };
}
