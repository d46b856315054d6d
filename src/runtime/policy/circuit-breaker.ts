import { ConnectorException, ErrorClass, FailureCode } from '../../common/errors.js';
import { isLoopback } from '../../config/endpoints/endpoint-url.js';
import { Discard, type ResponseSink, type Transport, type UpstreamCall } from '../upstream/transport.js';
import type { PassResult } from './circuit.js';
import type { PerOrigin } from './per-origin.js';
import { type ScopedCircuits, scopeOf } from './scoped-circuits.js';

/**
 * Fails a request at once while the circuit of its tenant, origin, key and scope is open.
 * - Failures are lost connections, 408, 5xx except 501 and 505, and a deadline that passes before the response's head.
 * - Other statuses, 429 among them, count as successes: the provider works.
 * - Cancelled requests are ignored, and failures of this machine, such as too many open files.
 * - A refused connection to this machine is ignored too: that server may still be starting, and trying again is cheap.
 */
export function withCircuitBreaker(next: Transport, circuits: PerOrigin<ScopedCircuits>): Transport {
  return async (call, sink) => {
    if (call.policy.circuit === false) return next(call, sink);
    const { origin } = call.request.url;
    const entry = circuits.of(call.tenantId, origin).of(scopeOf(call)).enter();
    if (entry.kind === 'refused') throw refusal(origin, entry.reason, entry.retryInMs);

    let answered = false;
    const watched: ResponseSink = {
      onHead(head, flow) {
        answered = true;
        const { statusCode } = head;
        if (isFailure(statusCode)) entry.settle({ kind: 'failure', reason: `status ${statusCode}` });
        // Close the circuit at the head of the probe's response, so that other requests don't wait for its body.
        else if (entry.probe) entry.settle({ kind: 'success' });
        sink.onHead(head, flow);
      },
      onData: sink.onData,
    };
    try {
      await next(call, watched);
      entry.settle({ kind: 'success' });
    } catch (error) {
      entry.settle(resultOf(error, call, answered));
      throw error;
    }
  };
}

function isFailure(statusCode: number): boolean {
  // 501 and 505 refuse this kind of request: the provider works.
  return (statusCode >= 500 && statusCode !== 501 && statusCode !== 505) || statusCode === 408;
}

function resultOf(error: unknown, { signal, request }: UpstreamCall, answered: boolean): PassResult {
  // `Discard` ends a response that a redirect or a retry replaces: the provider has answered.
  if (error instanceof Discard) return { kind: 'success' };
  if (!(error instanceof ConnectorException)) return { kind: 'ignored' };
  if (error.code === FailureCode.LocalResources) return { kind: 'ignored' };
  if (isLoopback(request.url.origin) && error.code === FailureCode.ConnectionRefused)
    return { kind: 'ignored' };
  const passed = signal.aborted && error.errorClass === ErrorClass.Timeout && !answered;
  const failed = !signal.aborted && error.isRetryable();
  return passed || failed
    ? { kind: 'failure', reason: error.message, cause: error.cause }
    : { kind: 'ignored' };
}

function refusal(origin: string, reason: string, retryInMs: number): ConnectorException {
  const inWords = retryInMs < 1000 ? `${Math.ceil(retryInMs)} ms` : `${Math.ceil(retryInMs / 1000)} s`;
  return new ConnectorException(
    `try again in ${inWords}: the circuit for ${origin} is open (${reason})`,
    ErrorClass.Transient,
    0,
    { hop: 'daemon', retryAfterMs: retryInMs },
  );
}
