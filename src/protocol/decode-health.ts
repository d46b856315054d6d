import { MessageType } from './constants.js';
import type { CircuitState, HealthResponse, LimitStatus, OriginStatus, TenantStatus } from './health.js';
import { Table } from './table.js';

const CIRCUIT_STATES: readonly CircuitState[] = ['closed', 'open', 'half-open'];

/** Reads a daemon's health. @throws {ProtocolError} with `recoverable` true */
export function decodeHealth(payload: Uint8Array): HealthResponse {
  const table = Table.root(payload);
  return {
    type: MessageType.HealthResponse,
    healthy: table.bool(0),
    message: table.string(1),
    activeRequests: table.uint32(2),
    availableCredits: table.uint32(3),
    version: table.string(4),
    capabilities: table.strings(5),
    uptimeMs: table.uint64AsNumber(6),
    streamsOpen: table.uint32(7),
    origins: table.tables(8).map(originOf),
    limits: table.tables(9).map(limitOf),
  };
}

function originOf(table: Table): OriginStatus {
  return {
    origin: table.requiredString(0, 'origin'),
    poolOpen: table.uint32(1),
    poolBusy: table.uint32(2),
    poolQueued: table.uint32(3),
    circuit: CIRCUIT_STATES[table.int8(4)] ?? 'closed',
    circuitRetryAtMs: table.uint64AsNumber(5),
    retryBudget: table.uint32(6),
    tenants: table.tables(7).map(tenantOf),
  };
}

function tenantOf(table: Table): TenantStatus {
  return {
    tenant: table.requiredString(0, 'tenant'),
    requestsTotal: table.uint64AsNumber(1),
    failuresTotal: table.uint64AsNumber(2),
    firstByteP50Us: table.uint64AsNumber(3),
    firstByteP95Us: table.uint64AsNumber(4),
    firstByteP99Us: table.uint64AsNumber(5),
    running: table.uint32(6),
    streams: table.uint32(7),
    poolOpen: table.uint32(8),
    poolBusy: table.uint32(9),
    poolQueued: table.uint32(10),
    protocol: table.string(11),
    circuit: CIRCUIT_STATES[table.int8(12)] ?? 'closed',
    circuitRetryAtMs: table.uint64AsNumber(13),
    retryBudget: table.uint32(14),
    replacedTotal: table.uint64AsNumber(15),
  };
}

function limitOf(table: Table): LimitStatus {
  return {
    tenant: table.requiredString(0, 'tenant'),
    running: table.uint32(1),
    waiting: table.uint32(2),
    refusedTotal: table.uint64AsNumber(3),
    concurrent: table.uint32(4),
    queued: table.uint32(5),
    requestsPerSecond: table.float64(6),
    bytesPerSecond: table.float64(7),
  };
}
