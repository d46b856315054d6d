import type { Builder } from 'flatbuffers';
import * as Wire from './generated/ipc.js';
import type { HealthResponse, LimitStatus, OriginStatus, TenantStatus } from './health.js';

type Offset = number;

/** Writes the table of a health response with all that it contains. */
export function healthResponse(builder: Builder, message: HealthResponse): Offset {
  const text = builder.createString(message.message);
  const version = builder.createString(message.version);
  const capabilities = Wire.HealthCheckResponse.createCapabilitiesVector(
    builder,
    message.capabilities.map((name) => builder.createString(name)),
  );
  const origins = Wire.HealthCheckResponse.createOriginsVector(
    builder,
    message.origins.map((origin) => originStatus(builder, origin)),
  );
  const limits = Wire.HealthCheckResponse.createLimitsVector(
    builder,
    message.limits.map((limit) => limitStatus(builder, limit)),
  );
  Wire.HealthCheckResponse.startHealthCheckResponse(builder);
  Wire.HealthCheckResponse.addHealthy(builder, message.healthy);
  Wire.HealthCheckResponse.addMessage(builder, text);
  Wire.HealthCheckResponse.addActiveRequests(builder, message.activeRequests);
  Wire.HealthCheckResponse.addAvailableCredits(builder, message.availableCredits);
  Wire.HealthCheckResponse.addVersion(builder, version);
  Wire.HealthCheckResponse.addCapabilities(builder, capabilities);
  Wire.HealthCheckResponse.addUptimeMs(builder, BigInt(message.uptimeMs));
  Wire.HealthCheckResponse.addStreamsOpen(builder, message.streamsOpen);
  Wire.HealthCheckResponse.addOrigins(builder, origins);
  Wire.HealthCheckResponse.addLimits(builder, limits);
  return Wire.HealthCheckResponse.endHealthCheckResponse(builder);
}

const CIRCUIT_STATES = {
  closed: Wire.CircuitState.Closed,
  open: Wire.CircuitState.Open,
  'half-open': Wire.CircuitState.HalfOpen,
} as const;

function originStatus(builder: Builder, status: OriginStatus): Offset {
  const origin = builder.createString(status.origin);
  const tenants = Wire.OriginStatus.createTenantsVector(
    builder,
    status.tenants.map((tenant) => tenantStatus(builder, tenant)),
  );
  Wire.OriginStatus.startOriginStatus(builder);
  Wire.OriginStatus.addOrigin(builder, origin);
  Wire.OriginStatus.addPoolOpen(builder, status.poolOpen);
  Wire.OriginStatus.addPoolBusy(builder, status.poolBusy);
  Wire.OriginStatus.addPoolQueued(builder, status.poolQueued);
  Wire.OriginStatus.addCircuit(builder, CIRCUIT_STATES[status.circuit]);
  Wire.OriginStatus.addCircuitRetryAtMs(builder, BigInt(status.circuitRetryAtMs));
  Wire.OriginStatus.addRetryBudget(builder, status.retryBudget);
  Wire.OriginStatus.addTenants(builder, tenants);
  return Wire.OriginStatus.endOriginStatus(builder);
}

function tenantStatus(builder: Builder, status: TenantStatus): Offset {
  return Wire.TenantStatus.createTenantStatus(
    builder,
    builder.createString(status.tenant),
    BigInt(status.requestsTotal),
    BigInt(status.failuresTotal),
    BigInt(status.firstByteP50Us),
    BigInt(status.firstByteP95Us),
    BigInt(status.firstByteP99Us),
    status.running,
    status.streams,
    status.poolOpen,
    status.poolBusy,
    status.poolQueued,
    builder.createString(status.protocol),
    CIRCUIT_STATES[status.circuit],
    BigInt(status.circuitRetryAtMs),
    status.retryBudget,
    BigInt(status.replacedTotal),
  );
}

function limitStatus(builder: Builder, status: LimitStatus): Offset {
  return Wire.LimitStatus.createLimitStatus(
    builder,
    builder.createString(status.tenant),
    status.running,
    status.waiting,
    BigInt(status.refusedTotal),
    status.concurrent,
    status.queued,
    status.requestsPerSecond,
    status.bytesPerSecond,
  );
}
