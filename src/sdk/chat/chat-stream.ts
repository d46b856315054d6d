import { StringDecoder } from 'node:string_decoder';
import { type ConnectorException, ErrorClass } from '../../common/errors.js';
import { finishClassOf } from '../../common/finish-reasons.js';
import { type AnswerBody, createAnswer } from './answer.js';
import { bodyStarting, failureBody } from './answer-body.js';
import { type AnswerContext, type AnswerHead, quote, unusableError } from './chat-errors.js';
import { type ChatEvent, type ChatResult, isBare } from './chat-types.js';

/** How the transport of an answer ended. */
export type StreamEnding =
  | { kind: 'closed' }
  | { kind: 'cancelled' }
  /** Nothing came for too long, and the caller gave up. */
  | { kind: 'stalled' }
  | { kind: 'failed'; error: ConnectorException };

export interface ChatStream {
  /** The answer's next bytes, in pieces of any size. */
  feed(bytes: Uint8Array): void;
  /** Ends the answer. To be called once; nothing may follow. */
  end(how: StreamEnding): ChatResult;
  /** `[DONE]` or an error came: further bytes are not read, so the transport may be closed. */
  readonly over: boolean;
  /** The answer is whole if nothing more comes. `doubtful`: so far, a repeated finish reason looks the same. */
  readonly ending: 'open' | 'doubtful' | 'concluded';
}

/**
 * Turns the bytes of an OpenAI-compatible answer into events and one outcome. Pure and incremental: how the
 * bytes are cut changes nothing. Bounded by MAX_EVENT_CHARS for an event and MAX_ANSWER_CHARS for all.
 *
 * An answer is `complete` only when a finish_reason, `[DONE]` or a closing usage event came, or a whole
 * completion as JSON; then it is so however the transport ended. A finish_reason that says that the answer was
 * cut (`abort`), or that is unknown, makes it `truncated`; one that tells a failure, an `error`. Without any output
 * it is `empty`. An error object, a status other than 2xx
 * and an answer of another kind are outcome `error`. What came before a failure is kept.
 *
 * @param onEvent Called for each event, in order. What it throws leaves `feed` or `end`.
 * @param context What errors say of where the answer came from.
 */
export function createChatStream(
  head: AnswerHead,
  onEvent: (event: ChatEvent) => void = () => {},
  context: AnswerContext = {},
): ChatStream {
  const answer = createAnswer(onEvent, context.thinkingTags ?? true);
  const decoder = new StringDecoder('utf8');
  const succeeded = head.statusCode >= 200 && head.statusCode <= 299;
  let body: AnswerBody | undefined = succeeded ? undefined : failureBody(answer, head, context);

  const feedText = (text: string): void => {
    if (body === undefined) {
      // White space, blank lines and a byte order mark before a body mean nothing in any form of it.
      const start = text.trimStart();
      if (start === '') return;
      body = bodyStarting(start, answer, head, context);
      body.feed(start);
    } else if (!answer.over) {
      body.feed(text);
    }
  };

  return {
    feed(bytes) {
      if (!answer.over) feedText(decoder.write(bytes));
    },
    end(how) {
      const { result } = answer;
      if (how.kind === 'closed') feedText(decoder.end());
      if (how.kind !== 'cancelled' && !answer.over) body?.end(how.kind === 'closed');
      if (how.kind === 'failed' && !answer.over && !answer.concluded) answer.fail(how.error);
      const { finishReason } = result;
      const ended = finishClassOf(finishReason);
      if (finishReason !== null && ended === 'failed' && result.error === undefined) {
        const what = `broke off its answer (finish_reason ${quote(finishReason, context.keys)}).`;
        answer.fail(unusableError(what, context, ErrorClass.Transient));
      }
      answer.stop();
      const { carried } = answer.parts;
      if (carried !== undefined) result.carried = carried;
      if (result.error !== undefined) result.outcome = 'error';
      else if (answer.concluded && (ended === 'cut' || ended === 'unknown')) result.outcome = 'truncated';
      else if (answer.concluded) result.outcome = isBare(result) ? 'empty' : 'complete';
      else if (how.kind === 'cancelled' || how.kind === 'stalled') result.outcome = how.kind;
      return result;
    },
    get over() {
      return answer.over;
    },
    get ending() {
      // Counts may come before the output that they are about.
      if (!answer.concluded || (answer.result.finishReason === null && !answer.over && isBare(answer.result)))
        return 'open';
      return answer.doubtful ? 'doubtful' : 'concluded';
    },
  };
}
