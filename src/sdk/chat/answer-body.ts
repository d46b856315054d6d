import { isRecord, parseJson, recordOf } from '../../common/json.js';
import { type Answer, type AnswerBody, MAX_EVENT_CHARS } from './answer.js';
import { isBare } from './chat-types.js';
import {
  type AnswerContext,
  type AnswerHead,
  quote,
  statusError,
  streamError,
  unusableError,
  webPageError,
} from './errors/chat-errors.js';
import { errorEventOf, reportedErrorOf } from './errors/reported-error.js';
import { BASE_URL_ADVICE } from './errors/status-advice.js';
import { isWholeCompletion } from './events/chunk-forms.js';
import { createEventReader } from './events/event-reader.js';
import { nativeFormat } from './events/native-apis.js';
import { isOllamaEvent } from './events/ollama-events.js';
import { eventsBody } from './events-body.js';
import { JsonValues } from './repairs/json-values.js';
import { repairedJson } from './repairs/repaired-json.js';
import { withWrittenNumber } from './repairs/written-numbers.js';

const HTML = /\bhtml\b/i;
/** Matches the beginning of an event stream or of JSON. */
const STREAM = /^(?:(?:data|event|id|retry)?:|[{[\u001e])/;
const FIELDS = ['data:', 'event:', 'id:', 'retry:'];
/** The most characters that are read from an error body, which may be endless. */
const MAX_ERROR_BODY_CHARS = 64 * 1024;

/** Whether the reader for a body that begins so depends on what follows: an event stream that is called a web page. */
export function isUndecided(start: string, { contentType }: AnswerHead): boolean {
  return HTML.test(contentType) && FIELDS.some((field) => field !== start && field.startsWith(start));
}

/**
 * Returns the reader for the body of a 2xx answer, chosen by the body's first characters. Some servers send an event
 * stream with the content type of JSON, or JSON with that of an event stream.
 * @param start the beginning of the body, without leading white space
 */
export function bodyStarting(
  start: string,
  answer: Answer,
  head: AnswerHead,
  context: AnswerContext,
): AnswerBody {
  if (start.startsWith('<') || (HTML.test(head.contentType) && !STREAM.test(start)))
    return webPageBody(answer, context);
  return /^[{[\u001e]/.test(start)
    ? completionBody(answer, head, context)
    : eventsBody(answer, head, context);
}

/** Returns the reader for the body of an answer with a status other than 2xx. */
export function failureBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  // Report the status even when the body was cut off.
  return errorBody((text) => answer.fail(statusError(head, text, context)));
}

function webPageBody(answer: Answer, context: AnswerContext): AnswerBody {
  return errorBody((text) => answer.fail(webPageError(text, context)));
}

function errorBody(report: (text: string) => void): AnswerBody {
  let kept = '';
  return {
    feed(text) {
      if (kept.length === MAX_ERROR_BODY_CHARS) return;
      kept += text.slice(0, MAX_ERROR_BODY_CHARS - kept.length);
      if (kept.length === MAX_ERROR_BODY_CHARS) report(kept);
    },
    end() {
      if (kept.length < MAX_ERROR_BODY_CHARS) report(kept);
    },
  };
}

/** Reads a whole completion as one JSON text, or its chunks as JSON objects, because some servers omit the framing. */
function completionBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  const parts: string[] = [];
  let size = 0;
  let kind: 'open' | 'whole' | 'chunks' = 'open';
  const asEvents = (): AnswerBody => eventsBody(answer, { ...head, contentType: EVENT_STREAM }, context);
  let events: AnswerBody | undefined;
  /** The first object, while it may be a chunk or all of the answer. */
  let first: string | undefined;

  const onObject = (json: string): void => {
    if (kind === 'whole') return;
    if (kind === 'open') {
      const value = parseJson(json) ?? repairedJson(json);
      // A whole completion is read before the body ends, because some servers keep the connection open.
      const readable = isChunk(value) || isWholeCompletion(value);
      if (!readable && (first === undefined || !hasChoices(value))) {
        if (first === undefined && hasChoices(value)) first = json;
        else kind = 'whole';
        return;
      }
      kind = 'chunks';
      parts.length = 0;
      events = asEvents();
      if (first !== undefined) events.feed(`data: ${first}\n\n`);
    }
    events?.feed(`data: ${json}\n\n`);
  };
  const values = new JsonValues(onObject, (text) => events?.feed(text));

  const endWhole = (text: string): void => {
    const value = withWrittenNumber(parseJson(text), text) ?? repairedJson(text.trimEnd());
    if (value === undefined) {
      // An event stream can begin with a line of bare JSON, when a gateway passes on another server's error.
      const events = asEvents();
      events.feed(text);
      events.end(true);
      if (answer.over || answer.concluded || answer.size > 0) return;
    }
    const eventError = errorEventOf(value);
    const verdict =
      eventError === undefined
        ? createEventReader(context.format, answer).read(resultOf(value))
        : 'unrecognised';
    // Answers of other APIs also have counts, so counts alone prove nothing.
    const read =
      verdict === 'open' || (verdict === 'closing' && (!isBare(answer.result) || hasChoices(value)));
    const reported = eventError ?? reportedErrorOf(value);
    const native = read ? undefined : nativeFormat(value);
    if (read) answer.conclude('finish');
    else if (native !== undefined) answer.fail(unusableError(native.message, context));
    else if (reported !== undefined) answer.fail(streamError(reported, context));
    else
      answer.fail(
        unusableError(
          `answered with JSON that is not a chat completion: ${quote(text, context.keys)}. ${BASE_URL_ADVICE}`,
          context,
        ),
      );
  };

  return {
    feed(text) {
      if (kind !== 'chunks') {
        size += text.length;
        parts.push(text);
      }
      if (kind !== 'whole') values.feed(text);
      if (Math.max(kind === 'chunks' ? 0 : size, values.rest.length) <= MAX_EVENT_CHARS) return;
      parts.length = 0;
      answer.fail(unusableError(`sent a JSON text of more than ${MAX_EVENT_CHARS} characters.`, context));
    },
    end(whole) {
      if (events === undefined) {
        if (whole) endWhole(parts.join(''));
        return;
      }
      // An object that was cut off does not complete an event.
      if (whole && values.rest !== '') events.feed(`data: ${values.rest}`);
      events.end(whole);
    },
  };
}

/** Returns the answer inside of a list, of AWS Lambda's `{statusCode, body}` or Cloudflare's `{result, success}`. */
function resultOf(value: unknown): unknown {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const { result, success, statusCode, body } = recordOf(one);
  if (statusCode === 200 && typeof body === 'string') return parseJson(body);
  if (success !== true || !isRecord(result)) return one;
  // Cloudflare parses the text of its JSON mode.
  const parsed = isRecord(result.response) || typeof result.response === 'number';
  return parsed ? { ...result, response: JSON.stringify(result.response) } : result;
}

const EVENT_STREAM = 'text/event-stream';

/** Whether this is certainly a chunk of a chat completion, or a line of Ollama's API, with more to come. */
function isChunk(value: unknown): boolean {
  if (isOllamaEvent(value)) return recordOf(value).done === false;
  if (!isRecord(value)) return false;
  const { object, choices } = value;
  return (
    object === 'chat.completion.chunk' || (Array.isArray(choices) && isRecord(recordOf(choices[0]).delta))
  );
}

/** Whether this is a chunk, or a whole chat completion. */
function hasChoices(value: unknown): boolean {
  return isOllamaEvent(value) || Array.isArray(recordOf(value).choices);
}
