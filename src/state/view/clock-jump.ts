import type { AppState } from '../app-state.js';
import type { RequestView } from '../exchange/request-view.js';
import type { Message } from '../messages.js';
import type { Clock } from '../ports.js';

/** Smaller differences are not jumps: the system adjusts Unix time now and then. */
const JUMP_MS = 1000;

/**
 * Detects jumps of Unix time, which happen when somebody sets the clock, or the machine sleeps. Neither affects timers.
 * @returns a function that returns the jump since its last call, in ms
 */
export function createJumpWatch(clock: Pick<Clock, 'now' | 'unixMs'>): () => number {
  const offset = (): number => clock.unixMs() - clock.now();
  let lastMs = offset();
  return () => {
    const nowMs = offset();
    const jumpMs = nowMs - lastMs;
    lastMs = nowMs;
    return Math.abs(jumpMs) < JUMP_MS ? 0 : jumpMs;
  };
}

/** Shifts all times in the state that are compared with the clock by the clock's jump. */
export function afterJump(state: AppState, jumpMs: number): AppState {
  if (jumpMs === 0) return state;
  const { toast, quitArmedUntilMs, retry, connection, request, comparison } = state;
  return {
    ...state,
    messages: state.messages.map((message) => movedThinking(message, jumpMs)),
    connection: movedConnection(connection, jumpMs),
    request: movedLimits(request, jumpMs),
    ...(toast !== undefined && { toast: { ...toast, untilMs: toast.untilMs + jumpMs } }),
    ...(quitArmedUntilMs !== undefined && { quitArmedUntilMs: quitArmedUntilMs + jumpMs }),
    ...(retry !== undefined && { retry: { ...retry, atMs: retry.atMs + jumpMs } }),
    ...(comparison !== undefined && {
      comparison: {
        ...comparison,
        sides: comparison.sides.map((side) => ({
          ...side,
          answer: movedThinking(side.answer, jumpMs),
          request: movedLimits(side.request, jumpMs),
        })),
      },
    }),
  };
}

function movedLimits(request: RequestView, jumpMs: number): RequestView {
  if (request.kind === 'none' || request.limits === undefined) return request;
  return { ...request, limits: { ...request.limits, atMs: request.limits.atMs + jumpMs } };
}

function movedConnection(connection: AppState['connection'], jumpMs: number): AppState['connection'] {
  if (connection.status === 'waiting') return { ...connection, retryAtMs: connection.retryAtMs + jumpMs };
  if (connection.status !== 'connected') return connection;
  const { silentSinceMs } = connection;
  return {
    ...connection,
    sinceMs: connection.sinceMs + jumpMs,
    ...(silentSinceMs !== undefined && { silentSinceMs: silentSinceMs + jumpMs }),
  };
}

/** Shifts the times of a streaming answer's reasoning, so that its duration stays right. */
function movedThinking<M extends Message>(message: M, jumpMs: number): M {
  if (message.role !== 'assistant' || message.status.kind !== 'streaming') return message;
  const { reasoningTime } = message;
  if (reasoningTime === undefined) return message;
  const { fromMs, toMs } = reasoningTime;
  return { ...message, reasoningTime: { fromMs: fromMs + jumpMs, toMs: toMs + jumpMs } };
}
