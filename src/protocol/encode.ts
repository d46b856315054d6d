import { Builder } from 'flatbuffers';
import { MessageType } from './constants.js';
import { encodeStreamChunk } from './encode-chunk.js';
import { healthResponse } from './encode-health.js';
import { encodeFrame } from './frame.js';
import * as Wire from './generated/ipc.js';
import type {
  ClientCertificate,
  CreditUpdate,
  ExecuteRequest,
  ExecuteResponse,
  HeaderList,
  Message,
  StreamEnd,
  StreamRetry,
  StreamStart,
  Timings,
  WirePolicy,
} from './messages.js';

/** Encodes a message as one frame. @throws {RangeError} when it does not fit in a frame (10 MiB). */
export function encodeMessage(message: Message): Buffer {
  switch (message.type) {
    case MessageType.HealthCheck:
      return message.token === undefined
        ? encodeFrame(message.type, new Uint8Array(0))
        : encodeTable(message);
    case MessageType.StreamChunk:
      return encodeStreamChunk(message);
    default:
      return encodeTable(message);
  }
}

/** A larger builder is not reused for the next message, so that one large message does not occupy memory for good. */
const BUILDER_KEPT_BYTES = 64 * 1024;
let shared = new Builder(1024);

/** Approximate number of bytes that a message needs besides its payload. */
const BESIDE_PAYLOAD_BYTES = 1024;

/** Returns a builder for one message. Copy its bytes before you build the next message. */
function emptyBuilder(message: TableMessage): Builder {
  const bytes = 'payload' in message ? message.payload.length + BESIDE_PAYLOAD_BYTES : 0;
  // A builder that grows to this size would copy its bytes several times.
  if (bytes > BUILDER_KEPT_BYTES) return new Builder(bytes);
  if (shared.dataBuffer().capacity() > BUILDER_KEPT_BYTES) shared = new Builder(1024);
  shared.clear();
  return shared;
}

type Offset = number;
type TableMessage = Exclude<Message, { type: MessageType.StreamChunk }>;

function encodeTable(message: TableMessage): Buffer {
  const builder = emptyBuilder(message);
  builder.finish(write(builder, message));
  return encodeFrame(message.type, builder.asUint8Array());
}

function write(builder: Builder, message: TableMessage): Offset {
  switch (message.type) {
    case MessageType.HealthCheck:
      return Wire.HealthCheck.createHealthCheck(builder, builder.createString(message.token ?? ''));
    case MessageType.ExecuteRequest:
      return executeRequest(builder, message);
    case MessageType.ExecuteResponse:
      return executeResponse(builder, message);
    case MessageType.HealthResponse:
      return healthResponse(builder, message);
    case MessageType.CreditUpdate:
      return creditUpdate(builder, message);
    case MessageType.StreamStart:
      return streamStart(builder, message);
    case MessageType.StreamEnd:
      return streamEnd(builder, message);
    case MessageType.Cancel:
      return Wire.Cancel.createCancel(builder, message.requestId);
    case MessageType.StreamRetry:
      return streamRetry(builder, message);
  }
}

function executeRequest(builder: Builder, message: ExecuteRequest): Offset {
  const tenantId = builder.createString(message.tenantId);
  const workspaceId = builder.createString(message.workspaceId);
  const traceId = builder.createString(message.traceId);
  const connectorName = builder.createString(message.connectorName);
  const operation = builder.createString(message.operation);
  const payload = builder.createByteVector(message.payload);
  const headers = headerVector(builder, message.headers, Wire.ExecuteRequest.createHeadersVector);
  const policy = message.policy && requestPolicy(builder, message.policy);
  const certificate = message.clientCertificate && clientCertificate(builder, message.clientCertificate);
  Wire.ExecuteRequest.startExecuteRequest(builder);
  Wire.ExecuteRequest.addRequestId(builder, message.requestId);
  Wire.ExecuteRequest.addTenantId(builder, tenantId);
  Wire.ExecuteRequest.addWorkspaceId(builder, workspaceId);
  Wire.ExecuteRequest.addTraceId(builder, traceId);
  Wire.ExecuteRequest.addConnectorName(builder, connectorName);
  Wire.ExecuteRequest.addOperation(builder, operation);
  Wire.ExecuteRequest.addDeadlineAtMs(builder, message.deadlineAtMs);
  Wire.ExecuteRequest.addPayload(builder, payload);
  Wire.ExecuteRequest.addHeaders(builder, headers);
  if (policy !== undefined) Wire.ExecuteRequest.addPolicy(builder, policy);
  if (certificate !== undefined) Wire.ExecuteRequest.addClientCertificate(builder, certificate);
  return Wire.ExecuteRequest.endExecuteRequest(builder);
}

function clientCertificate(builder: Builder, { cert, key }: ClientCertificate): Offset {
  const chain = builder.createString(cert);
  return Wire.ClientCertificate.createClientCertificate(builder, chain, builder.createString(key));
}

function requestPolicy(builder: Builder, policy: WirePolicy): Offset {
  const ms = (value: number | undefined): bigint => BigInt(Math.ceil(value ?? -1));
  return Wire.RequestPolicy.createRequestPolicy(
    builder,
    policy.maxAttempts ?? 0,
    policy.circuit ?? true,
    policy.ceilings ?? true,
    builder.createString(policy.scope ?? ''),
    ms(policy.headersTimeoutMs),
    ms(policy.idleTimeoutMs),
    ms(policy.deadlineTimeoutMs),
    policy.repeatable ?? false,
  );
}

function executeResponse(builder: Builder, message: ExecuteResponse): Offset {
  const errorMessage = builder.createString(message.errorMessage);
  const payload = builder.createByteVector(message.payload);
  const timings = message.timings && timingsTable(builder, message.timings);
  Wire.ExecuteResponse.startExecuteResponse(builder);
  Wire.ExecuteResponse.addRequestId(builder, message.requestId);
  Wire.ExecuteResponse.addErrorClass(builder, message.errorClass);
  Wire.ExecuteResponse.addErrorMessage(builder, errorMessage);
  Wire.ExecuteResponse.addPayload(builder, payload);
  Wire.ExecuteResponse.addDurationUs(builder, BigInt(message.durationUs));
  if (timings !== undefined) Wire.ExecuteResponse.addTimings(builder, timings);
  Wire.ExecuteResponse.addRetryAfterMs(builder, wholeMs(message.retryAfterMs));
  Wire.ExecuteResponse.addHop(builder, hopNumber(message));
  return Wire.ExecuteResponse.endExecuteResponse(builder);
}

function creditUpdate(builder: Builder, message: CreditUpdate): Offset {
  return Wire.CreditUpdate.createCreditUpdate(
    builder,
    message.creditDelta,
    message.totalCredits,
    message.requestId,
  );
}

function streamStart(builder: Builder, message: StreamStart): Offset {
  const headers = headerVector(builder, message.headers, Wire.StreamStart.createHeadersVector);
  const timings = timingsTable(builder, message.timings);
  Wire.StreamStart.startStreamStart(builder);
  Wire.StreamStart.addRequestId(builder, message.requestId);
  Wire.StreamStart.addStatusCode(builder, message.statusCode);
  Wire.StreamStart.addHeaders(builder, headers);
  Wire.StreamStart.addTimings(builder, timings);
  return Wire.StreamStart.endStreamStart(builder);
}

function streamEnd(builder: Builder, message: StreamEnd): Offset {
  const errorMessage = builder.createString(message.errorMessage);
  const timings = timingsTable(builder, message.timings);
  Wire.StreamEnd.startStreamEnd(builder);
  Wire.StreamEnd.addRequestId(builder, message.requestId);
  Wire.StreamEnd.addErrorClass(builder, message.errorClass);
  Wire.StreamEnd.addErrorMessage(builder, errorMessage);
  Wire.StreamEnd.addDurationUs(builder, BigInt(message.durationUs));
  Wire.StreamEnd.addCancelled(builder, message.cancelled);
  Wire.StreamEnd.addBytes(builder, BigInt(message.bytes));
  Wire.StreamEnd.addTimings(builder, timings);
  Wire.StreamEnd.addRetryAfterMs(builder, wholeMs(message.retryAfterMs));
  Wire.StreamEnd.addHop(builder, hopNumber(message));
  return Wire.StreamEnd.endStreamEnd(builder);
}

function streamRetry(builder: Builder, message: StreamRetry): Offset {
  const reason = builder.createString(message.reason);
  Wire.StreamRetry.startStreamRetry(builder);
  Wire.StreamRetry.addRequestId(builder, message.requestId);
  Wire.StreamRetry.addAttempt(builder, message.attempt);
  Wire.StreamRetry.addMaxAttempts(builder, message.maxAttempts);
  Wire.StreamRetry.addDelayMs(builder, wholeMs(message.delayMs));
  Wire.StreamRetry.addReason(builder, reason);
  Wire.StreamRetry.addStatusCode(builder, message.statusCode ?? 0);
  return Wire.StreamRetry.endStreamRetry(builder);
}

const HOPS = {
  client: Wire.Hop.Client,
  daemon: Wire.Hop.Daemon,
  network: Wire.Hop.Network,
  provider: Wire.Hop.Provider,
} as const;

function hopNumber({ hop }: Pick<StreamEnd, 'hop'>): Wire.Hop {
  return hop === undefined ? Wire.Hop.Unknown : HOPS[hop];
}

/** A wait; 0 = none. Rounded up, so that a client does not retry too early. */
function wholeMs(ms = 0): bigint {
  return BigInt(Math.ceil(ms));
}

function timingsTable(builder: Builder, timings: Timings): Offset {
  const us = (value: number | undefined): bigint => BigInt(Math.round(value ?? -1));
  Wire.Timings.startTimings(builder);
  Wire.Timings.addQueuedUs(builder, us(timings.queuedUs));
  Wire.Timings.addDnsUs(builder, us(timings.dnsUs));
  Wire.Timings.addConnectUs(builder, us(timings.connectUs));
  Wire.Timings.addTlsUs(builder, us(timings.tlsUs));
  Wire.Timings.addSentUs(builder, us(timings.sentUs));
  Wire.Timings.addFirstByteUs(builder, us(timings.firstByteUs));
  Wire.Timings.addLastByteUs(builder, us(timings.lastByteUs));
  Wire.Timings.addReused(builder, timings.reused);
  Wire.Timings.addAttempts(builder, timings.attempts);
  Wire.Timings.addAttemptUs(builder, us(timings.attemptUs));
  Wire.Timings.addRedirectedUs(builder, us(timings.redirectedUs));
  Wire.Timings.addReplaced(builder, timings.replaced ?? 0);
  Wire.Timings.addHandshakeUs(builder, us(timings.handshakeUs));
  Wire.Timings.addRedirects(builder, timings.redirects ?? 0);
  return Wire.Timings.endTimings(builder);
}

function headerVector(
  builder: Builder,
  headers: HeaderList,
  create: (builder: Builder, offsets: Offset[]) => Offset,
): Offset {
  const pairs = headers.map(([name, value]) => {
    const key = builder.createString(name);
    return Wire.KeyValue.createKeyValue(builder, key, builder.createString(value));
  });
  return create(builder, pairs);
}
