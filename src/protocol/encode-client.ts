import type { Builder } from 'flatbuffers';
import { MessageType } from './constants.js';
import { encodeTable, headerVector, type Offset } from './encode.js';
import { encodeFrame } from './frame.js';
import * as Wire from './generated/ipc.js';
import type { ClientCertificate, ClientMessage, ExecuteRequest, WirePolicy } from './messages.js';

/**
 * Returns a client's message as one frame.
 * @throws {RangeError} when the message does not fit in a frame (10 MiB).
 */
export function encodeClientMessage(message: ClientMessage): Buffer {
  switch (message.type) {
    case MessageType.HealthCheck: {
      const { type, token } = message;
      if (token === undefined) return encodeFrame(type, new Uint8Array(0));
      return encodeTable(type, 0, (builder) =>
        Wire.HealthCheck.createHealthCheck(builder, builder.createString(token)),
      );
    }
    case MessageType.ExecuteRequest:
      return encodeTable(message.type, message.payload.length, (builder) => executeRequest(builder, message));
    case MessageType.CreditUpdate:
      return encodeTable(message.type, 0, (builder) =>
        Wire.CreditUpdate.createCreditUpdate(
          builder,
          message.creditDelta,
          message.totalCredits,
          message.requestId,
        ),
      );
    case MessageType.Cancel:
      return encodeTable(message.type, 0, (builder) => Wire.Cancel.createCancel(builder, message.requestId));
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
