import fc from 'fast-check';
import { MessageType } from '../../../src/protocol/constants.js';
import type { Message, Timings, WirePolicy } from '../../../src/protocol/messages.js';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
/** A count in a JavaScript number, exact up to 2^53. */
const counter = fc.nat({ max: Number.MAX_SAFE_INTEGER });
/** A count that is left out when it is 0. */
const positive = fc.integer({ min: 1, max: 2 ** 32 - 1 });
// Text of whole code points, which UTF-8 can encode.
const text = fc.string({ unit: 'binary', maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 200 });
const headers = fc.array(fc.tuple(text, text), { maxLength: 5 });
const errorClass = fc.integer({ min: 0, max: 5 });
const timings: fc.Arbitrary<Timings> = fc.record(
  {
    queuedUs: counter,
    dnsUs: counter,
    connectUs: counter,
    tlsUs: counter,
    sentUs: counter,
    firstByteUs: counter,
    lastByteUs: counter,
    reused: fc.boolean(),
    attempts: uint32,
    attemptUs: counter,
    redirectedUs: counter,
    redirects: positive,
    replaced: positive,
    handshakeUs: counter,
  },
  { requiredKeys: ['reused', 'attempts'] },
);
const policy: fc.Arbitrary<WirePolicy> = fc.record(
  {
    circuit: fc.boolean(),
    ceilings: fc.boolean(),
    maxAttempts: positive,
    scope: text.filter((scope) => scope !== ''),
    headersTimeoutMs: counter,
    idleTimeoutMs: counter,
    deadlineTimeoutMs: counter,
    repeatable: fc.constant(true),
  },
  { requiredKeys: ['circuit', 'ceilings'] },
);
const code = fc.integer({ min: 1, max: 12 });
const hop = fc.constantFrom('client', 'daemon', 'network', 'provider');
/** A wait in ms. A message without a wait omits it. */
const wait = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const poolAndCircuit = {
  poolOpen: uint32,
  poolBusy: uint32,
  poolQueued: uint32,
  circuit: fc.constantFrom('closed', 'open', 'half-open'),
  circuitRetryAtMs: counter,
  retryBudget: uint32,
};
const limit = fc.record({
  tenant: text,
  running: uint32,
  waiting: uint32,
  refusedTotal: counter,
  concurrent: uint32,
  queued: uint32,
  requestsPerSecond: fc.double({ min: 0, noNaN: true }),
  bytesPerSecond: fc.double({ min: 0, noNaN: true }),
});
const origin = fc.record({
  origin: text,
  ...poolAndCircuit,
  tenants: fc.array(
    fc.record({
      tenant: text,
      ...poolAndCircuit,
      running: uint32,
      streams: uint32,
      protocol: text,
      requestsTotal: counter,
      failuresTotal: counter,
      replacedTotal: counter,
      firstByteP50Us: counter,
      firstByteP95Us: counter,
      firstByteP99Us: counter,
    }),
    { maxLength: 2 },
  ),
});

/** Any message of the protocol. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({
      type: fc.constant(MessageType.ExecuteRequest as const),
      requestId: uint64,
      tenantId: text,
      workspaceId: text,
      traceId: text,
      connectorName: text,
      operation: text,
      deadlineAtMs: uint64,
      payload: bytes,
      headers,
      policy: fc.option(policy, { nil: undefined }),
    })
    .map(({ policy: given, ...message }) => (given === undefined ? message : { ...message, policy: given })),
  fc.record(
    {
      type: fc.constant(MessageType.ExecuteResponse as const),
      requestId: uint64,
      errorClass,
      errorMessage: text,
      payload: bytes,
      durationUs: counter,
      timings,
      retryAfterMs: wait,
      hop,
      code,
    },
    { requiredKeys: ['type', 'requestId', 'errorClass', 'errorMessage', 'payload', 'durationUs'] },
  ),
  fc.record(
    {
      type: fc.constant(MessageType.HealthCheck as const),
      token: text.filter((token) => token !== ''),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({
    type: fc.constant(MessageType.HealthResponse as const),
    healthy: fc.boolean(),
    message: text,
    activeRequests: uint32,
    availableCredits: uint32,
    version: text,
    capabilities: fc.array(text, { maxLength: 5 }),
    uptimeMs: counter,
    streamsOpen: uint32,
    origins: fc.array(origin, { maxLength: 4 }),
    limits: fc.array(limit, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant(MessageType.CreditUpdate as const),
    requestId: uint64,
    creditDelta: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    totalCredits: uint32,
  }),
  fc.record({
    type: fc.constant(MessageType.StreamStart as const),
    requestId: uint64,
    statusCode: fc.nat({ max: 65_535 }),
    headers,
    timings,
  }),
  fc.record({
    type: fc.constant(MessageType.StreamChunk as const),
    requestId: uint64,
    sequence: counter,
    offsetUs: counter,
    payload: bytes,
  }),
  fc.record(
    {
      type: fc.constant(MessageType.StreamEnd as const),
      requestId: uint64,
      errorClass,
      errorMessage: text,
      durationUs: counter,
      cancelled: fc.boolean(),
      bytes: counter,
      timings,
      retryAfterMs: wait,
      hop,
      code,
    },
    {
      requiredKeys: [
        'type',
        'requestId',
        'errorClass',
        'errorMessage',
        'durationUs',
        'cancelled',
        'bytes',
        'timings',
      ],
    },
  ),
  fc.record(
    {
      type: fc.constant(MessageType.StreamRetry as const),
      requestId: uint64,
      attempt: uint32,
      maxAttempts: uint32,
      delayMs: counter,
      reason: text,
      statusCode: fc.integer({ min: 1, max: 65_535 }),
    },
    { requiredKeys: ['type', 'requestId', 'attempt', 'maxAttempts', 'delayMs', 'reason'] },
  ),
  fc.record({ type: fc.constant(MessageType.Cancel as const), requestId: uint64 }),
);
