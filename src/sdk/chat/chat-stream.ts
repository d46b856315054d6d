import { isAscii } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { finishClassOf } from '../../common/chat/finish-reasons.js';
import { type ConnectorException, ErrorClass } from '../../common/errors.js';
import { type Answer, type AnswerBody, createAnswer } from './answer.js';
import { bodyStarting, failureBody, isUndecided } from './answer-body.js';
import { type ChatEvent, type ChatResult, isBare } from './chat-types.js';
import { type AnswerContext, type AnswerHead, quote, unusableError } from './errors/chat-errors.js';
import { BASE_URL_ADVICE } from './errors/status-advice.js';

/** How the transport of an answer ended: the body's end, or a reason to stop reading. */
export type StreamEnding =
  | { kind: 'closed' }
  | { kind: 'cancelled' }
  /** Nothing arrived for too long, so the caller stopped waiting. */
  | { kind: 'stalled' }
  | { kind: 'failed'; error: ConnectorException };

/** Reads one answer. `over` and `ending` tell when to stop waiting for more. */
export interface ChatStream {
  /** Reads the answer's next bytes, in pieces of any size. Returns whether they caused an event. */
  feed(bytes: Uint8Array): boolean;
  /**
   * How many pieces of output caused no event when they came, because their text was withheld: white space that a tag
   * may follow, a tag, or a possible repetition.
   */
  readonly withheld: number;
  /** Ends the answer and returns its result. Call it once, after all other calls. */
  end(how: StreamEnding): ChatResult;
  /**
   * Whether `[DONE]` or an error has arrived. In further bytes, only token counts are read, so the transport can be
   * closed.
   */
  readonly over: boolean;
  /**
   * Whether the answer would be complete if nothing more arrived. `doubtful`: a finish reason has arrived, but this
   * server may send one with every chunk.
   */
  readonly ending: 'open' | 'doubtful' | 'concluded';
}

/**
 * Turns the bytes of an OpenAI-compatible answer into events and one outcome. It is incremental, and the result does
 * not depend on how the bytes are split. An event is limited to MAX_EVENT_CHARS, the whole answer to MAX_ANSWER_CHARS.
 *
 * Outcomes:
 * - `complete`: a finish_reason, `[DONE]` or a closing usage event arrived, or a whole completion as JSON. How the
 *   transport ended does not matter then.
 * - `truncated`: the finish_reason says that the answer was cut off (`abort`), or is unknown.
 * - `error`: a finish_reason that reports a failure, an error object, a status other than 2xx, or another kind of body.
 * - `empty`: the answer ended without any output.
 *
 * Output before a failure is kept.
 *
 * @param onEvent called for each event, in order; errors that it throws pass through `feed` or `end`
 * @param context settings, and facts for error messages
 */
export function createChatStream(
  head: AnswerHead,
  onEvent: (event: ChatEvent) => void = () => {},
  context: AnswerContext = {},
): ChatStream {
  return new AnswerStream(head, onEvent, context);
}

/** A class for the reason given at `ReadAnswer`. */
class AnswerStream implements ChatStream {
  readonly #head: AnswerHead;
  readonly #context: AnswerContext;
  readonly #answer: Answer;
  /** Created when a first piece in ASCII is not the whole body. */
  #decoder: StringDecoder | undefined;
  #begun = false;
  /** The beginning of the body, as long as its format is not clear. */
  #start = '';
  #body: AnswerBody | undefined;

  constructor(head: AnswerHead, onEvent: (event: ChatEvent) => void, context: AnswerContext) {
    this.#head = head;
    this.#context = context;
    this.#answer = createAnswer(onEvent, context.thinkingTags ?? true);
    const succeeded = head.statusCode >= 200 && head.statusCode <= 299;
    if (!succeeded) this.#body = failureBody(this.#answer, head, context);
  }

  feed(bytes: Uint8Array): boolean {
    const answer = this.#answer;
    const { events } = answer;
    if (answer.result.error === undefined) this.#feedText(this.#textOf(bytes));
    return answer.events > events;
  }

  get withheld(): number {
    return this.#answer.withheld;
  }

  end(how: StreamEnding): ChatResult {
    const answer = this.#answer;
    const { result } = answer;
    if (how.kind === 'closed' && !answer.over) {
      this.#feedText(this.#decoder?.end() ?? '');
      if (this.#body === undefined && this.#start !== '') this.#begin(this.#start);
    }
    // When a time limit of the client or the daemon ended the answer, the server's last words are not the reason.
    const limited = how.kind === 'failed' && how.error.errorClass === ErrorClass.Timeout;
    if (how.kind !== 'cancelled' && !limited && !answer.over) this.#body?.end(how.kind === 'closed');
    const { statusCode } = this.#head;
    // 202 and 204 mean that there is no answer, or not yet.
    if (how.kind === 'closed' && this.#body === undefined && statusCode !== 200)
      answer.fail(unusableError(`answered ${statusCode} without a body. ${BASE_URL_ADVICE}`, this.#context));
    if (how.kind === 'failed' && !answer.over && !answer.concluded) answer.fail(how.error);
    const { finishReason } = result;
    const ended = finishClassOf(finishReason);
    if (finishReason !== null && ended === 'failed' && result.error === undefined) {
      const what = `broke off its answer (finish_reason ${quote(finishReason, this.#context.keys)}). Try again in a moment.`;
      answer.fail(unusableError(what, this.#context, ErrorClass.Transient));
    }
    answer.stop();
    // Some servers send an empty call together with a text.
    if (result.toolCalls.length > 0)
      result.toolCalls = result.toolCalls.filter((call) => call.name !== '' || call.arguments !== '');
    const { carried } = answer.parts;
    if (carried !== undefined) result.carried = carried;
    if (result.error !== undefined) result.outcome = 'error';
    else if (answer.concluded && (ended === 'cut' || ended === 'unknown')) result.outcome = 'truncated';
    else if (answer.concluded) result.outcome = isBare(result) ? 'empty' : 'complete';
    else if (how.kind === 'cancelled' || how.kind === 'stalled') result.outcome = how.kind;
    return result;
  }

  get over(): boolean {
    return this.#answer.over;
  }

  get ending(): ChatStream['ending'] {
    const { concluded, result, over, doubtful } = this.#answer;
    // Counts may come before the output that they count.
    if (!concluded || (result.finishReason === null && !over && isBare(result))) return 'open';
    return doubtful ? 'doubtful' : 'concluded';
  }

  #textOf(bytes: Uint8Array): string {
    if (!this.#begun) {
      this.#begun = true;
      // Many bodies come in one piece. With many pieces, the decoder costs less than this check for each piece.
      if (isAscii(bytes)) return asBuffer(bytes).toString('latin1');
    }
    this.#decoder ??= new StringDecoder('utf8');
    return this.#decoder.write(bytes);
  }

  #feedText(text: string): void {
    if (this.#body === undefined) {
      // White space and a byte order mark before the body have no meaning in any format.
      const start = (this.#start + text).trimStart();
      this.#start = start;
      if (start !== '' && !isUndecided(start, this.#head)) this.#begin(start);
    } else {
      this.#body.feed(text);
    }
  }

  #begin(start: string): void {
    this.#start = '';
    this.#body = bodyStarting(start, this.#answer, this.#head, this.#context);
    this.#body.feed(start);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
