import { createParser } from 'eventsource-parser';
import { ErrorClass } from '../errors.js';
import type { Answer } from './answer.js';
import {
  type AnswerContext,
  type AnswerHead,
  errorEventOf,
  quote,
  reportedErrorOf,
  statusError,
  streamError,
  unusableError,
  webPageError,
} from './chat-errors.js';
import { createChatEventReader } from './chat-events.js';
import { parseJson } from './json.js';

/** Reads the text of one kind of body into an answer. */
export interface AnswerBody {
  feed(text: string): void;
  /** @param whole The body came to its own end; else it was cut. */
  end(whole: boolean): void;
}

/** Most characters of one event, or of an answer that is one JSON text. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024;
/** Most characters that the parts of an answer may come to together. */
export const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
/** Characters that are kept of a body that only serves an error's message. */
const MAX_ERROR_BODY_CHARS = 64 * 1024;

/**
 * The body of a 2xx answer, known by its first characters: some servers call an event stream JSON, or JSON
 * an event stream.
 * @param start Begins with something other than white space.
 */
export function bodyStarting(
  start: string,
  answer: Answer,
  head: AnswerHead,
  context: AnswerContext,
): AnswerBody {
  if (/\bhtml\b/i.test(head.contentType) || start.startsWith('<')) return webPageBody(answer, context);
  return /^[{[]/.test(start) ? completionBody(answer, context) : eventsBody(answer, head, context);
}

/** The body of an answer with a status other than 2xx. */
export function failureBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  // A status is worth telling even where its body was cut.
  return errorBody((text) => answer.fail(statusError(head, text, context)));
}

function webPageBody(answer: Answer, context: AnswerContext): AnswerBody {
  return errorBody((text) => answer.fail(webPageError(text, context)));
}

function errorBody(report: (text: string) => void): AnswerBody {
  let kept = '';
  return {
    feed(text) {
      kept += text.slice(0, MAX_ERROR_BODY_CHARS - kept.length);
    },
    end() {
      report(kept);
    },
  };
}

/** A whole completion as one JSON text. */
function completionBody(answer: Answer, context: AnswerContext): AnswerBody {
  const parts: string[] = [];
  let size = 0;
  return {
    feed(text) {
      size += text.length;
      parts.push(text);
      if (size <= MAX_EVENT_CHARS) return;
      parts.length = 0;
      answer.fail(unusableError(`sent a JSON text of more than ${MAX_EVENT_CHARS} characters.`, context));
    },
    end(whole) {
      if (!whole) return;
      const text = parts.join('');
      const value = parseJson(text);
      const told = errorEventOf(value);
      const read = told === undefined && createChatEventReader(answer).read(value) !== 'unrecognised';
      const reported = told ?? reportedErrorOf(value);
      if (read) answer.conclude('finish');
      else if (reported !== undefined) answer.fail(streamError(reported, context));
      else
        answer.fail(unusableError(`answered with JSON that is no chat completion: ${quote(text)}`, context));
    },
  };
}

/** A stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
function eventsBody(answer: Answer, { contentType }: AnswerHead, context: AnswerContext): AnswerBody {
  const reader = createChatEventReader(answer);
  let seen = false;
  let flushing = false;

  const onEvent = (data: string, name: string | undefined): void => {
    seen = true;
    const text = data.trim();
    if (answer.over || text === '') return;
    if (text === '[DONE]') {
      answer.conclude('finish');
      answer.stop();
      return;
    }
    const event = parseJson(text);
    const told = errorEventOf(event, name, text);
    if (told !== undefined) {
      answer.fail(streamError(told, context));
      return;
    }
    const verdict = reader.read(event);
    if (verdict === 'closing') answer.conclude('usage');
    // An event of another name (`ping`) is for other listeners; the last one may have been cut.
    const foreign = name !== undefined && name !== 'message' && event !== undefined;
    const unread = verdict === 'unrecognised' && !foreign && !flushing;
    if (unread) answer.emit({ type: 'malformed', data: quote(text) });
    if (answer.result.finishReason === 'error') {
      answer.fail(unusableError('ended its answer with an error.', context, ErrorClass.Transient));
    } else if (answer.size > MAX_ANSWER_CHARS) {
      answer.fail(unusableError(`sent an answer of more than ${MAX_ANSWER_CHARS} characters.`, context));
    }
  };

  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ data, event }) => onEvent(data, event),
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      answer.fail(unusableError(`sent an event of more than ${MAX_EVENT_CHARS} characters.`, context));
    },
  });

  return {
    feed: (text) => parser.feed(text),
    end(whole) {
      if (!whole) return;
      // Some servers leave out the blank line after the last event. What was cut is no JSON and is dropped.
      flushing = true;
      parser.feed('\n\n');
      if (seen || /event-stream/i.test(contentType)) return;
      answer.fail(
        unusableError(`answered with ${quote(contentType) || 'text'}, not with an event stream.`, context),
      );
    },
  };
}
