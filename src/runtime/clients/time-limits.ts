import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { ExecuteRequest } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';
import type { Flow, ResponseSink } from '../upstream/transport.js';
import { deadlinePassed, phaseOf } from './deadline-passed.js';

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Ends an exchange when a limit in time passes that its client set. */
export interface TimeLimits {
  /**
   * Starts the deadline and the limit of the headers.
   * @returns the sooner of both, on the clock of `performance.now()`: no attempt is begun that would not fit
   * @throws {ConnectorException} Timeout where the deadline has passed already
   */
  start(origin: string): { deadlineMs?: number };
  /** The sink, watched: its head ends the limit of the headers, and each read puts off the idle limit. */
  watch(sink: ResponseSink): ResponseSink;
  stop(): void;
}

export function createTimeLimits(
  { deadlineAtMs, operation, policy = {} }: Pick<ExecuteRequest, 'deadlineAtMs' | 'operation' | 'policy'>,
  timeline: Timeline,
  abort: (reason: ConnectorException) => void,
): TimeLimits {
  const { headersTimeoutMs = 0, idleTimeoutMs = 0 } = policy;
  let asked = '';
  let deadline: NodeJS.Timeout | undefined;
  let headers: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;

  const after = (ms: number, reason: () => ConnectorException): NodeJS.Timeout =>
    setTimeout(() => abort(reason()), Math.min(ms, MAX_TIMER_MS));
  const passed = (what: string, advice: string): ConnectorException =>
    new ConnectorException(`${what}: ${advice}`, ErrorClass.Timeout, 0, { hop: 'daemon' });
  const noHeaders = (): ConnectorException => {
    const now = `${headersTimeoutMs / 1000} s`;
    const what = `no response headers within ${now}, ${phaseOf(timeline.timings)} ${asked}`;
    return passed(what, `raise timeout_ms (now ${now}) or --timeout`);
  };
  const silent = (): ConnectorException => {
    const now = `${idleTimeoutMs / 1000} s`;
    return passed(`nothing came from ${asked} for ${now}`, `raise idle_ms (now ${now}) or --idle-timeout`);
  };

  const watchIdle = (): void => {
    clearTimeout(idle);
    idle = idleTimeoutMs > 0 ? after(idleTimeoutMs, silent) : undefined;
  };
  /** While the client holds the provider back, the silence is the client's. */
  const watched = (flow: Flow): Flow => ({
    pause() {
      clearTimeout(idle);
      idle = undefined;
      flow.pause();
    },
    resume() {
      watchIdle();
      flow.resume();
    },
  });

  return {
    start(origin) {
      asked = origin;
      const limits: number[] = [];
      if (deadlineAtMs !== 0n) {
        const leftMs = Number(deadlineAtMs) - Date.now();
        if (leftMs <= 0) throw deadlinePassed(origin, timeline, operation);
        deadline = after(leftMs, () => deadlinePassed(origin, timeline, operation));
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
          clearTimeout(headers);
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
      for (const timer of [deadline, headers, idle]) clearTimeout(timer);
    },
  };
}
