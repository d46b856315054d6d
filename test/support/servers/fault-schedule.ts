import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { METHODS } from '../../../src/runtime/upstream/http-request.js';
import { createTimeline, nowUs } from '../../../src/runtime/upstream/timings.js';
import type { Transport, UpstreamCall } from '../../../src/runtime/upstream/transport.js';
import type { ManualClock } from '../clocks/manual-clock.js';

type Random = () => number;

/** The events of one request, from its client's view. */
export interface Observed {
  readonly kind: 'request' | 'stream';
  readonly deadlineMs: number | undefined;
  /** Attempts that reached the transport, by the time they began. */
  readonly attempts: number[];
  outcome: 'complete' | 'cancelled' | 'failed' | 'running';
  failure: ConnectorException | undefined;
  /** The number of ends. */
  ends: number;
  /** The received status, and the pieces after it. */
  statusCode: number | undefined;
  pieces: string[];
  /** Violations of the rules for retries and endings, in words. */
  readonly violations: string[];
}

const pick = <T>(random: Random, from: readonly [T, ...T[]]): T =>
  from[Math.floor(random() * from.length)] ?? from[0];
const STATUSES = [200, 200, 200, 200, 204, 400, 404, 408, 409, 429, 500, 502, 503] as const;
const RETRY_AFTER = ['', '', '', '0', '1', '30', '61', 'Thu, 01 Jan 2026 00:00:09 GMT', 'nonsense'] as const;

/** A network with all kinds of random failures, on the given clock. */
export function faultyTransport(
  clock: ManualClock,
  random: Random,
  seen: WeakMap<object, Observed>,
): Transport {
  return async (call, sink) => {
    const observed = seen.get(call.client);
    const attempt = observed === undefined ? 0 : observed.attempts.push(clock.now());
    if (observed?.kind === 'stream' && !call.client.untouched)
      observed.violations.push('retried after its head');
    if (call.signal.aborted) observed?.violations.push('an attempt after the end');
    const pause = (mostMs: number): Promise<void> => clock.wait(random() * mostMs, call.signal);
    const lost = (hop: 'network' | 'provider', errorClass = ErrorClass.Transient): ConnectorException =>
      new ConnectorException('lost', errorClass, 0, { hop });

    call.timeline.beginAttempt();
    await pause(300);
    if (random() < 0.15) throw lost('network');
    if (random() < 0.03) throw lost('network', ErrorClass.Permanent);
    call.timeline.takeConnection({ startUs: nowUs(), protocol: 'http/1.1', used: false });
    await pause(2000);
    if (random() < 0.15) throw lost('provider');
    const retryAfter = pick(random, RETRY_AFTER);
    const headers = retryAfter === '' ? [] : ([['retry-after', retryAfter]] as const);
    sink.onHead({ statusCode: pick(random, STATUSES), headers }, { pause() {}, resume() {}, abort() {} });
    const pieces = Math.floor(random() * 6);
    for (let piece = 0; piece < pieces; piece += 1) {
      await pause(400);
      if (random() < 0.05) throw lost('provider');
      sink.onData(Buffer.from(`${attempt}:${piece}/${pieces}`));
    }
  };
}

/** Makes one random request through `send`, sometimes with a deadline or a cancel, and records its history. */
export async function runRequest(
  send: Transport,
  clock: ManualClock,
  random: Random,
  seen: WeakMap<object, Observed>,
): Promise<Observed> {
  const kind = pick<'request' | 'stream'>(random, ['request', 'stream']);
  const aborter = new AbortController();
  const done = new AbortController();
  const deadlineMs = random() < 0.3 ? clock.now() + random() * 8000 : undefined;
  const observed: Observed = {
    kind,
    deadlineMs,
    attempts: [],
    outcome: 'running',
    failure: undefined,
    ends: 0,
    statusCode: undefined,
    pieces: [],
    violations: [],
  };
  const live = (what: string): void => {
    if (observed.outcome !== 'running' || aborter.signal.aborted)
      observed.violations.push(`${what} after the end`);
  };
  const client: UpstreamCall['client'] = {
    get untouched() {
      return kind === 'request' || observed.statusCode === undefined;
    },
    onRetry() {
      live('a retry');
      if (!client.untouched) observed.violations.push('a retry after the head');
      observed.statusCode = undefined;
      observed.pieces = [];
    },
  };
  seen.set(client, observed);
  const abortLater = (ms: number, reason: unknown): void => {
    clock.wait(ms, done.signal).then(
      () => aborter.abort(reason),
      () => {},
    );
  };
  const cancel = new Error('cancelled');
  if (random() < 0.2) abortLater(random() * 4000, cancel);
  if (deadlineMs !== undefined) {
    abortLater(deadlineMs - clock.now(), new ConnectorException('too late', ErrorClass.Timeout));
  }
  const method = pick(random, METHODS);
  const path = random() < 0.6 ? '/v1/chat/completions' : '/v1/files';
  const url = new URL(`http://10.0.0.${1 + Math.floor(random() * 2)}${path}`);

  const call: UpstreamCall = {
    request: { method, url, headers: [], body: undefined },
    tenantId: pick(random, ['a', 'b']),
    workspaceId: '',
    traceId: '',
    timeline: createTimeline(nowUs()),
    policy: {},
    signal: aborter.signal,
    client,
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
  const end = (outcome: Observed['outcome'], failure?: ConnectorException): void => {
    observed.ends += 1;
    observed.outcome = outcome;
    observed.failure = failure;
    done.abort();
  };
  await send(call, {
    onHead({ statusCode }) {
      live('a head');
      if (observed.statusCode !== undefined) observed.violations.push('two heads');
      observed.statusCode = statusCode;
    },
    onData(bytes) {
      live('data');
      observed.pieces.push(Buffer.from(bytes).toString());
    },
  }).then(
    () => end('complete'),
    (error: unknown) => {
      if (error === cancel) end('cancelled');
      else if (error instanceof ConnectorException) end('failed', error);
      else observed.violations.push(`ended with ${String(error)}`);
    },
  );
  return observed;
}
