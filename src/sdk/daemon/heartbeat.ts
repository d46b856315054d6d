import { ErrorClass } from '../../common/errors.js';
import type { Connection } from './connection.js';
import { daemonError } from './failures.js';

/** While no request runs, one of this many heartbeats is sent, because each takes some CPU in the client and the daemon. */
const IDLE_BEATS = 3;
/** The daemon has at least this time to answer a heartbeat before it counts as silent, in ms. */
const ANSWER_MS = 500;
/** A daemon that has not answered a heartbeat counts as silent when it sends no byte for this time, in ms. */
const SILENT_MS = 2000;
/**
 * After this time without an answer to a heartbeat, the daemon counts as dead. A suspended daemon can continue before
 * that.
 */
const HEALTH_LIMIT_MS = 60_000;
/**
 * The delay of the second heartbeat, which is short because the first round trip includes start-up work and is not
 * typical.
 */
const FIRST_BEAT_MS = 1000;

/** Requests a daemon's health at intervals. A daemon that does not answer for long loses its connection. */
export interface Heartbeat {
  /** Sends the first request, whose reply shows the daemon's kind. Does nothing after `stop`. */
  start(): void;
  stop(): void;
}

/**
 * @param intervalMs time between two requests while requests run; 0 = only the first request
 * @param onSilent called when a daemon of vastar-tui neither answers nor sends anything else
 */
export function createHeartbeat(connection: Connection, intervalMs: number, onSilent: () => void): Heartbeat {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** Whether a health request has no answer yet. */
  let beating = false;
  // The second heartbeat is sent in any case.
  let skipped = IDLE_BEATS - 1;

  const beatIn = (delayMs: number): void => {
    timer = setTimeout(() => {
      skipped = connection.inFlight > 0 ? IDLE_BEATS : skipped + 1;
      if (skipped >= IDLE_BEATS) {
        skipped = 0;
        beat();
      }
      beatIn(intervalMs);
    }, delayMs).unref();
  };

  const beat = (): void => {
    // A daemon of the public protocol answers one request after another, so a heartbeat would wait for the running one.
    if (connection.daemon?.kind === 'foreign' && connection.inFlight > 0) return;
    if (beating) return;
    beating = true;
    // After a pause of this process, Node would run timers before it reads sockets. Read the waiting bytes first.
    const whenRead = (decide: () => void): void => void setImmediate(() => beating && decide());
    const giveUp = (): void => {
      if (connection.daemon?.kind === 'foreign') return;
      connection.destroy(daemonError('the daemon stopped answering', ErrorClass.Transient));
    };
    const limit = setTimeout(whenRead, HEALTH_LIMIT_MS, giveUp).unref();
    let silence: NodeJS.Timeout | undefined;
    const answerByMs = performance.now() + ANSWER_MS;
    const leftMs = (): number => Math.max(connection.heardMs + SILENT_MS, answerByMs) - performance.now();
    const decide = (): void => (leftMs() > 0 ? watch() : onSilent());
    const watch = (): void => {
      silence = setTimeout(whenRead, Math.ceil(leftMs()), decide).unref();
    };
    watch();
    const answered = (): void => {
      beating = false;
      clearTimeout(limit);
      clearTimeout(silence);
    };
    connection.health().then(answered, answered);
  };

  return {
    start() {
      if (stopped) return;
      if (intervalMs === 0) {
        connection.health().catch(() => {});
        return;
      }
      beatIn(Math.min(intervalMs, FIRST_BEAT_MS));
      beat();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
