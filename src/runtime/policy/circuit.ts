import type { CircuitState } from '../../protocol/health.js';
import type { Clock } from './clock.js';
import { createRollingCount, type RollingCount } from './rolling-count.js';

/** The result of a request that the circuit let pass. `ignored`: the result shows nothing about the provider. */
export type PassResult =
  | { kind: 'success' }
  | { kind: 'ignored' }
  /** Failures with the same `cause`, such as a lost connection of HTTP/2 with many requests, count once. */
  | { kind: 'failure'; reason: string; cause?: unknown };

type Entry =
  | {
      kind: 'pass';
      /** Whether this request tests that the provider works again. */
      probe: boolean;
      /** Reports the result. Calls after the first one have no effect. */
      settle(result: PassResult): void;
    }
  | { kind: 'refused'; retryInMs: number; reason: string };

/** Blocks requests to a failing provider until a probe succeeds. */
export interface Circuit {
  enter(): Entry;
  readonly status: { state: CircuitState; retryInMs: number };
}

/** Settings for when a circuit opens, and for how long. */
export interface CircuitSettings {
  failuresInRow: number;
  /** The circuit also opens when this share of the requests within `windowMs` failed, if there were `minRequests`. */
  failureRate: number;
  minRequests: number;
  windowMs: number;
  /** How long an open circuit blocks requests. Each failed probe doubles this time, up to `maxOpenMs`. */
  openMs: number;
  maxOpenMs: number;
}

export const CIRCUIT_DEFAULTS: CircuitSettings = {
  failuresInRow: 5,
  failureRate: 0.5,
  minRequests: 10,
  windowMs: 30_000,
  openMs: 5000,
  maxOpenMs: 60_000,
};

/** If a probe has no result after this time, another request becomes the probe. */
const PROBE_MS = 30_000;
/** Most probes have a result within this time. Requests refused during a probe get it as their `retryInMs`. */
const PROBE_WAIT_MS = 1000;

type State =
  | { kind: 'closed'; streak: number; good: RollingCount; bad: RollingCount; lastCause?: unknown }
  | { kind: 'open' | 'half-open'; untilMs: number; openMs: number; reason: string };

/** Creates a closed circuit. */
export function createCircuit(clock: Pick<Clock, 'now'>, settings = CIRCUIT_DEFAULTS): Circuit {
  const closed = (): State => ({
    kind: 'closed',
    streak: 0,
    good: createRollingCount(settings.windowMs, clock),
    bad: createRollingCount(settings.windowMs, clock),
  });
  let state = closed();

  const open = (openMs: number, reason: string): void => {
    state = { kind: 'open', untilMs: clock.now() + openMs, openMs, reason };
  };

  const settleClosed = (entered: State & { kind: 'closed' }, result: PassResult): void => {
    if (result.kind === 'success') {
      entered.streak = 0;
      entered.good.add();
    } else if (result.kind === 'failure') {
      const { cause } = result;
      if (cause !== undefined && cause === entered.lastCause) return;
      entered.lastCause = cause;
      entered.streak += 1;
      entered.bad.add();
      const bad = entered.bad.total;
      const all = bad + entered.good.total;
      const tooOften = all >= settings.minRequests && bad / all >= settings.failureRate;
      if (entered.streak >= settings.failuresInRow)
        open(settings.openMs, `${entered.streak} failures in a row`);
      else if (tooOften) open(settings.openMs, `${bad} of ${all} requests failed`);
      if (state.kind === 'open') state.reason += `, the last one: ${result.reason}`;
    }
  };

  const settleProbe = (entered: State & { kind: 'open' | 'half-open' }, result: PassResult): void => {
    if (result.kind === 'success') state = closed();
    // An ignored probe shows nothing, so the next request becomes the probe.
    else if (result.kind === 'ignored') state = { ...entered, kind: 'open', untilMs: clock.now() };
    else open(Math.min(settings.maxOpenMs, 2 * entered.openMs), `it failed again: ${result.reason}`);
  };

  return {
    enter() {
      const nowMs = clock.now();
      if (state.kind !== 'closed') {
        if (nowMs < state.untilMs) {
          const leftMs = state.untilMs - nowMs;
          return state.kind === 'open'
            ? { kind: 'refused', retryInMs: leftMs, reason: state.reason }
            : {
                kind: 'refused',
                retryInMs: Math.min(leftMs, PROBE_WAIT_MS),
                reason: `${state.reason}; a trial request is running`,
              };
        }
        state = { ...state, kind: 'half-open', untilMs: nowMs + PROBE_MS };
      }
      const entered = state;
      let settled = false;
      return {
        kind: 'pass',
        probe: entered.kind !== 'closed',
        settle(result) {
          // Ignore requests that started before the circuit's state last changed.
          if (settled || state !== entered) return;
          settled = true;
          if (entered.kind === 'closed') settleClosed(entered, result);
          else settleProbe(entered, result);
        },
      };
    },
    get status() {
      const retryInMs = state.kind === 'open' ? Math.max(0, state.untilMs - clock.now()) : 0;
      return { state: state.kind, retryInMs };
    },
  };
}
