import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../../protocol/constants.js';
import { encodeClientMessage } from '../../protocol/encode-client.js';
import type { WirePolicy } from '../../protocol/messages.js';
import type { HTTPRequestConfig, RuntimeClientConfig } from '../types.js';
import { encodeHttpRequest, isBinary } from './http-payload.js';

/** A request that is ready to be sent. */
export interface Call {
  id: number;
  frame: Uint8Array;
  timeoutMs: number;
  answerMs: number | undefined;
  /**
   * Says which part of the request needs a daemon with the extension; undefined when any daemon can handle the request.
   */
  extended: string | undefined;
}

/**
 * Checks a request's limits and encodes it.
 * @throws {ConnectorException} InvalidRequest when the request can't be sent
 */
export function encodeCall(
  id: number,
  request: HTTPRequestConfig,
  operation: 'request' | 'stream',
  config: RuntimeClientConfig,
): Call {
  const timeoutMs = request.timeoutMs ?? config.timeoutMs ?? PROTOCOL_CONSTANTS.DEFAULT_TIMEOUT_MS;
  const { answerMs, idleMs } = request;
  for (const [name, ms] of Object.entries({ timeoutMs, answerMs })) {
    if (ms === undefined || ms > 0) continue;
    throw invalid(`${name} must be a number above 0 (milliseconds), not ${ms}`, id);
  }
  if (idleMs !== undefined && !(idleMs >= 0)) {
    throw invalid(`idleMs must be a number from 0 on (milliseconds), not ${idleMs}`, id);
  }
  checkParts(request, id);
  // A stream may last long: `timeoutMs` limits the whole answer only for `executeHTTP`.
  const wholeMs = Math.min(
    answerMs ?? Number.POSITIVE_INFINITY,
    operation === 'stream' ? Number.POSITIVE_INFINITY : timeoutMs,
  );
  // The daemon's error names the limit that the deadline comes from, so send the limit for the headers too.
  const policy: WirePolicy = {
    ...request.policy,
    ...((operation === 'stream' || wholeMs < timeoutMs) && {
      headersTimeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : 0,
    }),
    ...(idleMs !== undefined && { idleTimeoutMs: Number.isFinite(idleMs) ? idleMs : 0 }),
    ...(Number.isFinite(wholeMs) && { deadlineTimeoutMs: wholeMs }),
  };
  const payload = encodeHttpRequest(request);
  try {
    const frame = encodeClientMessage({
      type: MessageType.ExecuteRequest,
      requestId: BigInt(id),
      tenantId: request.tenantId ?? config.tenantId ?? 'default',
      workspaceId: request.workspaceId ?? config.workspaceId ?? '',
      traceId: request.traceId ?? '',
      connectorName: 'http',
      operation,
      deadlineAtMs: Number.isFinite(wholeMs) ? BigInt(Math.ceil(Date.now() + wholeMs)) : 0n,
      payload,
      headers: [],
      ...(Object.keys(policy).length > 0 && { policy }),
      ...(request.clientCertificate !== undefined && { clientCertificate: request.clientCertificate }),
    });
    return { id, frame, timeoutMs, answerMs, extended: needsExtension(request) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(
      `Send less: the request's ${payload.length} bytes of JSON exceed ${PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE}`,
      id,
    );
  }
}

/** Refuses values that JSON would turn into something else. Only programs without types can pass them. */
function checkParts({ body, headers }: { body?: unknown; headers?: unknown }, id: number): void {
  if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw invalid('body must be a string, a Buffer or a Uint8Array; for JSON, use JSON.stringify', id);
  }
  if (typeof headers === 'object' && headers !== null && Symbol.iterator in headers) {
    throw invalid('headers must be an object of names and values: use Object.fromEntries(headers)', id);
  }
}

function needsExtension({ body, clientCertificate }: HTTPRequestConfig): string | undefined {
  if (clientCertificate !== undefined) return 'the request needs a client certificate';
  return isBinary(body) ? 'the request body is not UTF-8 text' : undefined;
}

function invalid(message: string, requestId: number): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest, requestId);
}
