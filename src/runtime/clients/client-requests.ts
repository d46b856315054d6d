import { ErrorClass } from '../../common/errors.js';
import { MessageType } from '../../protocol/constants.js';
import { encodeDaemonMessage } from '../../protocol/encode-daemon.js';
import type { HealthResponse } from '../../protocol/health.js';
import type { DaemonMessage, ExecuteRequest, Message } from '../../protocol/messages.js';
import type { Limits } from '../limits.js';
import type { Logger } from '../log.js';
import { lockedResponse } from '../status/health.js';
import type { Statistics } from '../status/statistics.js';
import type { Transport } from '../upstream/transport.js';
import { createBufferedBytes } from './buffered-bytes.js';
import { type Exchange, type StopReason, startExchange } from './exchange.js';
import type { Outbox } from './outbox.js';
import { sameToken } from './token.js';

/** The requests of one client that run now. */
export interface ClientRequests {
  readonly running: number;
  /** Handles a message. `readAtUs`: when the daemon read its last byte, on the clock of `nowUs`. */
  take(message: Message, readAtUs: number): void;
  /**
   * Reports an error as the public daemon does: in an ExecuteResponse, with id 0 for a frame that it can't read.
   * @param errorClass [InvalidRequest]
   */
  refuse(errorMessage: string, requestId?: bigint, errorClass?: ErrorClass): void;
  /** Returns how many exchanges of this kind run. */
  count(kind: Exchange['kind']): number;
  /** Pauses or resumes the responses after the client's socket has got room or has filled up. */
  updateFlow(): void;
  /** Refuses further requests. */
  drain(): void;
  /** Aborts all exchanges; their last frames are still sent. */
  stop(reason: StopReason): void;
}

export interface RequestsOptions {
  transport: Transport;
  health: () => HealthResponse;
  log: Logger;
  begin: Statistics['begin'];
  limits: Pick<Limits, 'requestsPerConnection'>;
  /** The token that the client must send first; absent when none is needed. */
  token?: string;
}

interface Events {
  /** Called before an exchange starts. */
  onStart: () => void;
  /** Called after an exchange has ended. */
  onEnd: () => void;
}

const TOKEN_WANTED =
  'set VASTAR_TOKEN_FILE (tokenFile) to the token file of this daemon: it serves only clients that send its token';

export function createClientRequests(
  outbox: Outbox,
  { transport, health, log, begin, limits, token }: RequestsOptions,
  { onStart, onEnd }: Events,
): ClientRequests {
  const exchanges = new Map<bigint, Exchange>();
  const buffered = createBufferedBytes(() => outbox.congested);
  let admitted = token === undefined;
  let draining = false;

  const send = (message: DaemonMessage): void => outbox.send(encodeDaemonMessage(message));

  const refuse = (errorMessage: string, requestId = 0n, errorClass = ErrorClass.InvalidRequest): void => {
    const type = MessageType.ExecuteResponse;
    send({ type, requestId, errorClass, errorMessage, payload: new Uint8Array(0), durationUs: 0 });
  };

  const execute = (message: ExecuteRequest, readAtUs: number): void => {
    const { requestId } = message;
    if (!admitted) {
      refuse(TOKEN_WANTED, requestId, ErrorClass.Permanent);
      return;
    }
    if (draining) {
      refuse('try again in a moment: the daemon is stopping', requestId, ErrorClass.Transient);
      return;
    }
    if (exchanges.has(requestId)) {
      refuse(`request ${requestId} is still running`, requestId);
      return;
    }
    const most = limits.requestsPerConnection;
    if (exchanges.size >= most && message.policy?.ceilings !== false) {
      const why = `this connection is at its limit of ${most} running requests (--max-requests)`;
      refuse(why, requestId, ErrorClass.RateLimited);
      return;
    }
    onStart();
    exchanges.set(
      requestId,
      startExchange({
        message,
        readAtUs,
        transport,
        outlet: outbox,
        buffered,
        log,
        begin,
        onEnd() {
          exchanges.delete(requestId);
          onEnd();
        },
      }),
    );
  };

  return {
    get running() {
      return exchanges.size;
    },
    take(message, readAtUs) {
      switch (message.type) {
        case MessageType.ExecuteRequest:
          execute(message, readAtUs);
          break;
        case MessageType.HealthCheck:
          if (token !== undefined && message.token !== undefined) {
            admitted ||= sameToken(message.token, token);
          }
          send(admitted ? health() : lockedResponse(TOKEN_WANTED));
          break;
        // Credits and cancellations can arrive after the exchange has ended.
        case MessageType.CreditUpdate:
          exchanges.get(message.requestId)?.grant(message.creditDelta);
          break;
        case MessageType.Cancel:
          exchanges.get(message.requestId)?.stop('cancelled');
          break;
        default:
          refuse(`a client must not send ${MessageType[message.type]}: only the daemon sends it`);
      }
    },
    refuse,
    count(kind) {
      let count = 0;
      for (const exchange of exchanges.values()) if (exchange.kind === kind) count += 1;
      return count;
    },
    updateFlow() {
      for (const exchange of exchanges.values()) exchange.updateFlow();
      buffered.updateFlow();
    },
    drain() {
      draining = true;
    },
    stop(reason) {
      for (const exchange of exchanges.values()) exchange.stop(reason);
    },
  };
}
