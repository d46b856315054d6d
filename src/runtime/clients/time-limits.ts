import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { type LimitTimer, startLimit } from '../../common/time/limit-timer.js';
import type { ExecuteRequest, Timings } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';
import type { Flow, ResponseSink } from '../upstream/transport.js';
import { type DeadlineSetting, deadlinePassed, deadlineWasPast, phaseOf } from './deadline-passed.js';

/** Returns the error for response headers that did not arrive in time. */
export function headersLate(limitMs: number, timings: Timings, origin: string): ConnectorException {
  const now = `${limitMs / 1000} s`;
  const what = `no response headers within ${now}, ${phaseOf(timings)} ${origin}`;
  return passed(what, `raise timeout_ms (now ${now}) or --timeout`);
}

function passed(what: string, advice: string): ConnectorException {
  return new ConnectorException(`${what}: ${advice}`, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

/** Ends an exchange when a time limit of its client passes. */
export interface TimeLimits {
  /**
   * Starts the timers for the deadline and for the headers.
   * @returns the earlier of both, on the clock of `performance.now()`: no retry starts later
   * @throws {ConnectorException} Timeout when the deadline has already passed
   */
  start(origin: string): { deadlineMs?: number };
  /** Wraps the sink: the response's head stops the headers timer, and each read restarts the idle timer. */
  watch(sink: ResponseSink): ResponseSink;
  stop(): void;
}

/**
 * Creates the time limits of one request.
 * @param abort called once, with the error, when a limit passes
 */
export function createTimeLimits(
  { deadlineAtMs, operation, policy = {} }: Pick<ExecuteRequest, 'deadlineAtMs' | 'operation' | 'policy'>,
  timeline: Timeline,
  abort: (reason: ConnectorException) => void,
): TimeLimits {
  const { headersTimeoutMs = 0, idleTimeoutMs = 0, deadlineTimeoutMs } = policy;
  // When `timeout_ms` limits the wait for the headers, the deadline comes from `answer_ms`, else from `timeout_ms`.
  const setting: DeadlineSetting = {
    name: operation === 'stream' || headersTimeoutMs > 0 ? 'answer_ms' : 'timeout_ms',
    ms: deadlineTimeoutMs,
  };
  let origin = '';
  let deadline: LimitTimer | undefined;
  let headers: LimitTimer | undefined;
  let idle: LimitTimer | undefined;

  const after = (ms: number, reason: () => ConnectorException): LimitTimer =>
    startLimit(ms, () => abort(reason()));
  const noHeaders = (): ConnectorException => headersLate(headersTimeoutMs, timeline.timings, origin);
  const silent = (): ConnectorException => {
    const now = `${idleTimeoutMs / 1000} s`;
    return passed(`nothing came from ${origin} for ${now}`, `raise idle_ms (now ${now}) or --idle-timeout`);
  };

  const watchIdle = (): void => {
    idle?.clear();
    idle = idleTimeoutMs > 0 ? after(idleTimeoutMs, silent) : undefined;
  };
  /** Stops the idle timer while the flow is paused: the daemon does not read then. */
  const watched = (flow: Flow): Flow => ({
    pause() {
      idle?.clear();
      idle = undefined;
      flow.pause();
    },
    resume() {
      watchIdle();
      flow.resume();
    },
    abort: (reason) => flow.abort(reason),
  });

  return {
    start(target) {
      origin = target;
      const limits: number[] = [];
      if (deadlineAtMs !== 0n) {
        const leftMs = Number(deadlineAtMs) - Date.now();
        const late = (): ConnectorException => deadlinePassed(origin, timeline, setting);
        if (leftMs <= 0) throw deadlineWasPast(origin, -leftMs, setting);
        deadline = after(leftMs, late);
        limits.push(leftMs);
      }
      if (headersTimeoutMs > 0) {
        headers = after(headersTimeoutMs, noHeaders);
        limits.push(headersTimeoutMs);
      }
      return limits.length === 0 ? {} : { deadlineMs: performance.now() + Math.min(...limits) };
    },
    watch(sink) {
      if (headersTimeoutMs === 0 && idleTimeoutMs === 0) return sink;
      return {
        onHead(head, flow) {
          headers?.clear();
          watchIdle();
          sink.onHead(head, watched(flow));
        },
        onData(bytes) {
          idle?.refresh();
          sink.onData(bytes);
        },
      };
    },
    stop() {
      for (const timer of [deadline, headers, idle]) timer?.clear();
    },
  };
}
