import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { MessageType } from '../../protocol/constants.js';
import { ProtocolError } from '../../protocol/frame.js';
import type { ExecuteResponse } from '../../protocol/messages.js';
import type { HTTPResponse } from '../types.js';
import type { Exchange } from './connection.js';
import { lostError, replyError } from './failures.js';
import { decodeHttpAnswer, type HttpAnswer } from './http-payload.js';

/** Settles a request's promise. Only the first call has an effect. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Creates the exchange for `executeHTTP`, which has one reply. */
export function createResponseExchange(requestId: number, settle: Settle<HTTPResponse>): Exchange {
  let ended = false;
  return {
    get ended() {
      return ended;
    },
    onReply(reply) {
      ended = true;
      if (reply.type !== MessageType.ExecuteResponse) {
        throw new ProtocolError(`${MessageType[reply.type]} in answer to a request without a stream`, true);
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

/** Returns the HTTP answer in a reply, or the failure that the reply reports. */
export function answerOf(reply: ExecuteResponse, requestId: number): HttpAnswer | ConnectorException {
  if (reply.errorClass !== ErrorClass.Success) return replyError(reply, requestId);
  return (
    decodeHttpAnswer(reply.payload) ??
    new ConnectorException(
      'the daemon sent a reply without a valid HTTP answer',
      ErrorClass.Permanent,
      requestId,
      {
        hop: 'daemon',
      },
    )
  );
}
