import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import type { ExecuteRequest } from '../../protocol/messages.js';
import { type Logger, logBug } from '../log.js';
import type { ExchangeResult, Statistics } from '../status/statistics.js';
import { type HttpRequest, parseHttpRequest } from '../upstream/http-request.js';
import { createTimeline, type Timeline } from '../upstream/timings.js';
import { traced } from '../upstream/trace.js';
import type { Transport } from '../upstream/transport.js';
import type { Answer, Ending, Outlet } from './answer.js';
import { createBufferedAnswer } from './buffered-answer.js';
import type { BufferedBytes } from './buffered-bytes.js';
import { createStreamedAnswer } from './streamed-answer.js';
import { createTimeLimits } from './time-limits.js';

/** Why a running exchange is aborted. */
export type StopReason =
  /** The client sent Cancel or closed its connection. */
  | 'cancelled'
  /** The daemon stops. */
  | 'stopped';

/** One request of a client, from its frame to the last frame of the response. */
export interface Exchange {
  readonly kind: 'request' | 'stream';
  grant(bytes: number): void;
  updateFlow(): void;
  /** Aborts the upstream request at once; the response's last frame is still sent. */
  stop(reason: StopReason): void;
}

export interface ExchangeOptions {
  message: ExecuteRequest;
  /** When the daemon read the request's last byte, on the clock of `nowUs`. */
  readAtUs: number;
  transport: Transport;
  outlet: Outlet;
  /** Shared by all exchanges of the connection. */
  buffered: BufferedBytes;
  log: Logger;
  /** Counts the exchange in the statistics. Called once the origin is known. */
  begin: Statistics['begin'];
  onEnd: () => void;
}

const CONNECTORS = ['http'] as const;
const OPERATIONS = ['request', 'stream'] as const;
/** The longest tenant name. A health response lists all tenants in one frame, and long names could exceed its limit. */
const MAX_TENANT_CHARS = 256;

/** Starts an exchange. It always ends with one last frame and one call of `onEnd`. */
export function startExchange(options: ExchangeOptions): Exchange {
  const { message, transport, outlet, log } = options;
  const timeline = createTimeline(options.readAtUs);
  const aborter = new AbortController();
  let cancelled = false;
  let request: HttpRequest | undefined;
  let count: ReturnType<Statistics['begin']> | undefined;
  const limits = createTimeLimits(message, timeline, (reason) => aborter.abort(reason));

  const answer =
    message.operation === 'stream'
      ? createStreamedAnswer(message.requestId, timeline, outlet)
      : createBufferedAnswer(message.requestId, outlet, options.buffered);

  const run = async (): Promise<void> => {
    checkTarget(message);
    request = traced(parseHttpRequest(message.payload), message.traceId);
    const { tenantId, workspaceId, traceId, policy = {}, clientCertificate: certificate } = message;
    count = options.begin(tenantId, request.url.origin, answer.kind);
    const caller = { tenantId, workspaceId, traceId, policy, certificate, client: answer };
    const limit = limits.start(request.url.origin);
    const call = { request, ...caller, ...limit, timeline, signal: aborter.signal };
    await transport(call, limits.watch(answer));
  };

  const end = (ending: Ending): void => {
    limits.stop();
    try {
      answer.end(ending, timeline);
      count?.(resultOf(answer, ending, timeline));
      logEnd(log, message, request, answer, ending, timeline);
    } finally {
      options.onEnd();
    }
  };

  const endOf = (error: unknown): Ending => {
    if (cancelled) return { outcome: 'cancelled' };
    if (error instanceof ConnectorException) return { outcome: 'failed', failure: error };
    logBug(log, error);
    const text = `a bug in the daemon made this request fail: ${messageOf(error)}`;
    const failure = new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'daemon', cause: error });
    return { outcome: 'failed', failure };
  };

  run()
    .then(
      () => end({ outcome: 'complete' }),
      (error: unknown) => end(endOf(error)),
    )
    .catch((error: unknown) => logBug(log, error));

  return {
    kind: answer.kind,
    grant: answer.grant,
    updateFlow: answer.updateFlow,
    stop(reason) {
      if (aborter.signal.aborted) return;
      cancelled = reason === 'cancelled';
      aborter.abort(
        new ConnectorException('try again in a moment: the daemon was stopped', ErrorClass.Transient, 0, {
          hop: 'daemon',
        }),
      );
    },
  };
}

/**
 * @throws {ConnectorException} InvalidRequest when the connector or operation is unknown, or the tenant name too long.
 */
function checkTarget({ connectorName, operation, tenantId }: ExecuteRequest): void {
  const known = (names: readonly string[], name: string): boolean => names.includes(name);
  const refuse = (what: string, name: string, names: readonly string[]): ConnectorException => {
    const text = `unknown ${what} ${JSON.stringify(name.slice(0, 100))}; use ${names.join(' or ')}`;
    return new ConnectorException(text, ErrorClass.InvalidRequest, 0, { hop: 'client' });
  };
  if (!known(CONNECTORS, connectorName)) throw refuse('connector', connectorName, CONNECTORS);
  if (!known(OPERATIONS, operation)) throw refuse('operation', operation, OPERATIONS);
  if (tenantId.length > MAX_TENANT_CHARS) {
    const text = `shorten tenant_id: it has ${tenantId.length} characters, and the limit is ${MAX_TENANT_CHARS}`;
    throw new ConnectorException(text, ErrorClass.InvalidRequest, 0, { hop: 'client' });
  }
}

function resultOf({ statusCode, bytes }: Answer, ending: Ending, timeline: Timeline): ExchangeResult {
  const { attempts, redirects = 0 } = timeline.timings;
  return {
    outcome: ending.outcome,
    errorClass: ending.outcome === 'failed' ? ending.failure.getErrorClassName() : undefined,
    statusCode,
    bytes,
    durationUs: timeline.elapsedUs(),
    firstByteUs: timeline.timings.firstByteUs,
    replaced: timeline.timings.replaced ?? 0,
    retries: Math.max(0, attempts - 1 - redirects),
  };
}

function logEnd(
  log: Logger,
  message: ExecuteRequest,
  request: HttpRequest | undefined,
  answer: Answer,
  ending: Ending,
  timeline: Timeline,
): void {
  const failure = ending.outcome === 'failed' ? ending.failure : undefined;
  log[failure === undefined ? 'info' : 'warn']('exchange', () => ({
    request_id: String(message.requestId),
    trace_id: message.traceId,
    tenant_id: message.tenantId,
    operation: message.operation,
    method: request?.method,
    // The query may hold a key.
    url: request && request.url.origin + request.url.pathname + (request.url.search === '' ? '' : '?…'),
    status: answer.statusCode,
    outcome: ending.outcome,
    error_class: failure?.getErrorClassName(),
    message: failure?.message,
    bytes: answer.bytes,
    duration_us: timeline.elapsedUs(),
    protocol: timeline.protocol,
    ...timeline.timings,
  }));
}
