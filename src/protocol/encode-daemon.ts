import type { Builder } from 'flatbuffers';
import { MessageType } from './constants.js';
import { encodeTable, headerVector, type Offset } from './encode.js';
import { encodeStreamChunk } from './encode-chunk.js';
import { healthResponse } from './encode-health.js';
import * as Wire from './generated/ipc.js';
import type {
  DaemonMessage,
  ExecuteResponse,
  StreamEnd,
  StreamRetry,
  StreamStart,
  Timings,
} from './messages.js';

/**
 * Returns a daemon's message as one frame.
 * @throws {RangeError} when the message does not fit in a frame (10 MiB).
 */
export function encodeDaemonMessage(message: DaemonMessage): Buffer {
  switch (message.type) {
    case MessageType.StreamChunk:
      return encodeStreamChunk(message);
    case MessageType.ExecuteResponse:
      return encodeTable(message.type, message.payload.length, (builder) =>
        executeResponse(builder, message),
      );
    case MessageType.HealthResponse:
      return encodeTable(message.type, 0, (builder) => healthResponse(builder, message));
    case MessageType.StreamStart:
      return encodeTable(message.type, 0, (builder) => streamStart(builder, message));
    case MessageType.StreamEnd:
      return encodeTable(message.type, 0, (builder) => streamEnd(builder, message));
    case MessageType.StreamRetry:
      return encodeTable(message.type, 0, (builder) => streamRetry(builder, message));
  }
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
  Wire.ExecuteResponse.addCode(builder, message.code ?? 0);
  return Wire.ExecuteResponse.endExecuteResponse(builder);
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
  Wire.StreamEnd.addCode(builder, message.code ?? 0);
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

/** Rounds a wait up, so that a client does not retry too early. 0 = no wait. */
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
