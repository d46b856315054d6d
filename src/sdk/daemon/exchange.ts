import { ConnectorException, ErrorClass, type Hop } from '../../errors.js';
import { MessageType } from '../../protocol/constants.js';
import { ProtocolError } from '../../protocol/frame.js';
import type { ExecuteResponse, StreamEnd } from '../../protocol/messages.js';
import type { HTTPResponse } from '../types.js';
import type { Exchange } from './connection.js';
import { decodeHttpAnswer, type HttpAnswer } from './http-payload.js';

/** How an exchange ends its request. Calls after the first do nothing. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** An exchange with one reply, the way of `executeHTTP`. */
export function createResponseExchange(requestId: number, settle: Settle<HTTPResponse>): Exchange {
  let ended = false;
  return {
    get ended() {
      return ended;
    },
    onReply(reply) {
      ended = true;
      if (reply.type !== MessageType.ExecuteResponse) {
        throw new ProtocolError(`${MessageType[reply.type]} in answer to a request for no stream`, true);
      }
      const answer = answerOf(reply, requestId);
      if (answer instanceof ConnectorException) settle.reject(answer);
      else {
        settle.resolve({
          requestId,
          ...answer,
          durationUs: reply.durationUs,
          errorClass: ErrorClass.Success,
          ...(reply.errorMessage !== '' && { errorMessage: reply.errorMessage }),
          ...(reply.timings !== undefined && { timings: reply.timings }),
        });
      }
    },
    onLost(error) {
      ended = true;
      settle.reject(lostError(error, requestId));
    },
  };
}

/** The HTTP answer in a reply, or the failure that the reply tells. */
export function answerOf(reply: ExecuteResponse, requestId: number): HttpAnswer | ConnectorException {
  if (reply.errorClass !== ErrorClass.Success) return replyError(reply, requestId);
  return (
    decodeHttpAnswer(reply.payload) ??
    new ConnectorException(
      'the daemon sent an answer that is no HTTP answer',
      ErrorClass.Permanent,
      requestId,
      {
        hop: 'daemon',
      },
    )
  );
}

/** The failure that the daemon told. */
export function replyError(reply: ExecuteResponse | StreamEnd, requestId: number): ConnectorException {
  // Success here: a stream that the daemon cancelled, though nobody had asked it to.
  const errorClass = reply.errorClass === ErrorClass.Success ? ErrorClass.Transient : reply.errorClass;
  const message =
    reply.errorMessage || `the daemon ended the request: ${ErrorClass[errorClass] ?? 'failure'}`;
  // What may pass with time lies behind the daemon; limits in time and the rest are its own decision.
  const hop: Hop = errorClass === ErrorClass.Transient ? 'network' : 'daemon';
  return new ConnectorException(message, errorClass, requestId, {
    hop,
    ...(reply.retryAfterMs !== undefined && { retryAfterMs: reply.retryAfterMs }),
  });
}

/** A lost connection as one request's failure. */
export function lostError(error: ConnectorException, requestId: number): ConnectorException {
  return new ConnectorException(error.message, error.errorClass, requestId, { hop: error.hop, cause: error });
}
