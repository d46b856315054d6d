import type { ConnectorException } from '../../common/errors.js';
import type { HealthResponse } from '../../protocol/health.js';
import type { DaemonInfo } from '../types.js';

/** The health requests of one connection, whose answers show the daemon's kind. */
export interface HealthRequests {
  /** The daemon's latest report; undefined until its kind is known. */
  readonly daemon: DaemonInfo | undefined;
  /** Resolves when the daemon's kind is known, or after `fail`. */
  readonly identified: Promise<void>;
  /** Whether a request has no answer yet. */
  readonly waiting: boolean;
  /** Adds a request that is being sent. Resolves with its answer. */
  add(): Promise<DaemonInfo>;
  /** Answers the oldest request. Without `health`, the daemon has refused it as the public daemon does. */
  answer(health?: HealthResponse): void;
  /**
   * Call it when a later request was answered first. The daemon of vastar-tui would have answered the health request
   * before that, so this is another daemon.
   */
  overtaken(): void;
  /** Rejects all requests. */
  fail(error: ConnectorException): void;
}

/** @param onDaemon called with each report */
export function createHealthRequests(onDaemon: (daemon: DaemonInfo) => void): HealthRequests {
  /** In the order in which they were sent, which is the order of the answers. */
  const requests: { sentMs: number; answer: PromiseWithResolvers<DaemonInfo> }[] = [];
  const identified = Promise.withResolvers<void>();
  let daemon: DaemonInfo | undefined;

  const learn = (sentMs: number, health?: HealthResponse): DaemonInfo => {
    const rttMs = performance.now() - sentMs;
    daemon = health === undefined ? { kind: 'foreign', rttMs } : { kind: 'vastar-tui', rttMs, health };
    identified.resolve();
    onDaemon(daemon);
    return daemon;
  };

  return {
    get daemon() {
      return daemon;
    },
    identified: identified.promise,
    get waiting() {
      return requests.length > 0;
    },
    add() {
      const answer = Promise.withResolvers<DaemonInfo>();
      requests.push({ sentMs: performance.now(), answer });
      return answer.promise;
    },
    answer(health) {
      const request = requests.shift();
      if (request !== undefined) request.answer.resolve(learn(request.sentMs, health));
    },
    overtaken() {
      const [request] = requests;
      if (daemon === undefined && request !== undefined) learn(request.sentMs);
    },
    fail(error) {
      identified.resolve();
      for (const { answer } of requests.splice(0)) answer.reject(error);
    },
  };
}
