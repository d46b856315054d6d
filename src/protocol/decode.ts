import { ErrorClass, FailureCode, type Hop } from '../common/errors.js';
import { MessageType } from './constants.js';
import { decodeHealth } from './decode-health.js';
import { ProtocolError } from './frame.js';
import type { ClientCertificate, HeaderList, Message, Timings, WirePolicy } from './messages.js';
import { Table } from './table.js';

/** The hops by number in the schema; 0 means no hop. */
const HOPS: readonly (Hop | undefined)[] = [undefined, 'client', 'daemon', 'network', 'provider'];
const NO_TIMINGS: Timings = { reused: false, attempts: 0 };

/**
 * Reads one frame's payload. Field numbers are the schema's order (schemas/connector_ipc.fbs).
 * @throws {ProtocolError} with `recoverable` true: the next frame can still be read.
 */
export function decodeMessage(type: number, payload: Uint8Array): Message {
  switch (type) {
    case MessageType.HealthCheck: {
      const token = payload.length === 0 ? '' : Table.root(payload).string(0);
      return token === '' ? { type } : { type, token };
    }
    case MessageType.ExecuteRequest: {
      const table = Table.root(payload);
      return {
        type,
        requestId: table.uint64(0),
        tenantId: table.requiredString(1, 'tenant_id'),
        workspaceId: table.string(2),
        traceId: table.string(3),
        connectorName: table.requiredString(4, 'connector_name'),
        operation: table.requiredString(5, 'operation'),
        deadlineAtMs: table.uint64(6),
        payload: table.bytes(7),
        headers: headersOf(table, 8),
        ...policyOf(table.table(9)),
        ...certificateOf(table.table(10)),
      };
    }
    case MessageType.ExecuteResponse: {
      const table = Table.root(payload);
      return {
        type,
        requestId: table.uint64(0),
        errorClass: errorClassOf(table.int8(1)),
        errorMessage: table.string(2),
        payload: table.bytes(3),
        durationUs: table.uint64AsNumber(4),
        ...(table.has(5) && { timings: timingsOf(table, 5) }),
        ...retryAfterOf(table, 6),
        ...hopOf(table, 7),
        ...failureCodeOf(table, 8),
      };
    }
    case MessageType.HealthResponse:
      return decodeHealth(payload);
    case MessageType.CreditUpdate: {
      const table = Table.root(payload);
      return {
        type,
        creditDelta: table.int32(0),
        totalCredits: table.uint32(1),
        requestId: table.uint64(2),
      };
    }
    case MessageType.StreamStart: {
      const table = Table.root(payload);
      return {
        type,
        requestId: table.uint64(0),
        statusCode: table.uint16(1),
        headers: headersOf(table, 2),
        timings: timingsOf(table, 3),
      };
    }
    case MessageType.StreamChunk: {
      const table = Table.root(payload);
      return {
        type,
        requestId: table.uint64(0),
        sequence: table.uint64AsNumber(1),
        offsetUs: table.uint64AsNumber(2),
        payload: table.bytes(3),
      };
    }
    case MessageType.StreamEnd: {
      const table = Table.root(payload);
      return {
        type,
        requestId: table.uint64(0),
        errorClass: errorClassOf(table.int8(1)),
        errorMessage: table.string(2),
        durationUs: table.uint64AsNumber(3),
        cancelled: table.bool(4),
        bytes: table.uint64AsNumber(5),
        timings: timingsOf(table, 6),
        ...retryAfterOf(table, 7),
        ...hopOf(table, 8),
        ...failureCodeOf(table, 9),
      };
    }
    case MessageType.Cancel:
      return { type, requestId: Table.root(payload).uint64(0) };
    case MessageType.StreamRetry: {
      const table = Table.root(payload);
      const statusCode = table.uint16(5);
      return {
        type,
        requestId: table.uint64(0),
        attempt: table.uint32(1),
        maxAttempts: table.uint32(2),
        delayMs: table.uint64AsNumber(3),
        reason: table.string(4),
        ...(statusCode !== 0 && { statusCode }),
      };
    }
    default:
      throw new ProtocolError(`unknown frame type ${type}`, true);
  }
}

function retryAfterOf(table: Table, field: number): { retryAfterMs?: number } {
  const retryAfterMs = table.uint64AsNumber(field);
  return retryAfterMs === 0 ? {} : { retryAfterMs };
}

/** Reads a class of a newer daemon that is unknown here as `Permanent`, so that nothing is retried by mistake. */
function errorClassOf(number: number): ErrorClass {
  return ErrorClass[number] === undefined ? ErrorClass.Permanent : number;
}

function hopOf(table: Table, field: number): { hop?: Hop } {
  const hop = HOPS[table.int8(field)];
  return hop === undefined ? {} : { hop };
}

/** Omits a code of a newer daemon that is unknown here. */
function failureCodeOf(table: Table, field: number): { code?: FailureCode } {
  const code = table.int8(field);
  return FailureCode[code] === undefined ? {} : { code };
}

function policyOf(table: Table | undefined): { policy?: WirePolicy } {
  if (table === undefined) return {};
  const maxAttempts = table.uint32(0);
  const scope = table.string(3);
  const headersTimeoutMs = table.int64AsNumber(4, -1);
  const idleTimeoutMs = table.int64AsNumber(5, -1);
  const deadlineTimeoutMs = table.int64AsNumber(6, -1);
  const policy: WirePolicy = {
    circuit: !table.has(1) || table.bool(1),
    ceilings: !table.has(2) || table.bool(2),
    ...(maxAttempts > 0 && { maxAttempts }),
    ...(scope !== '' && { scope }),
    ...(headersTimeoutMs >= 0 && { headersTimeoutMs }),
    ...(idleTimeoutMs >= 0 && { idleTimeoutMs }),
    ...(deadlineTimeoutMs >= 0 && { deadlineTimeoutMs }),
    ...(table.bool(7) && { repeatable: true }),
  };
  return { policy };
}

function certificateOf(table: Table | undefined): { clientCertificate?: ClientCertificate } {
  if (table === undefined) return {};
  const cert = table.requiredString(0, 'cert');
  return { clientCertificate: { cert, key: table.requiredString(1, 'key') } };
}

function headersOf(table: Table, field: number): HeaderList {
  return table
    .tables(field)
    .map((pair) => [pair.requiredString(0, 'key'), pair.requiredString(1, 'value')] as const);
}

function timingsOf(parent: Table, field: number): Timings {
  const table = parent.table(field);
  if (table === undefined) return NO_TIMINGS;
  const timings: Timings = { reused: table.bool(7), attempts: table.uint32(8) };
  for (const [name, field] of TIMING_FIELDS) {
    const value = table.int64AsNumber(field, -1);
    if (value >= 0) timings[name] = value;
  }
  const replaced = table.uint32(11);
  if (replaced > 0) timings.replaced = replaced;
  const redirects = table.uint32(13);
  if (redirects > 0) timings.redirects = redirects;
  return timings;
}

/** The points of `Timings`, and their fields in the schema. */
const TIMING_FIELDS = [
  ['queuedUs', 0],
  ['dnsUs', 1],
  ['connectUs', 2],
  ['tlsUs', 3],
  ['sentUs', 4],
  ['firstByteUs', 5],
  ['lastByteUs', 6],
  ['attemptUs', 9],
  ['redirectedUs', 10],
  ['handshakeUs', 12],
] as const;
