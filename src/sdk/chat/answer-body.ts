import { isRecord, parseJson } from '../json.js';
import { type Answer, type AnswerBody, MAX_EVENT_CHARS } from './answer.js';
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
import { createEventReader } from './event-reader.js';
import { eventsBody } from './events-body.js';

/** Characters that are read of a body that only serves an error's message; it may have no end. */
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
  return /^[{[]/.test(start) ? completionBody(answer, head, context) : eventsBody(answer, head, context);
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
      if (kept.length === MAX_ERROR_BODY_CHARS) return;
      kept += text.slice(0, MAX_ERROR_BODY_CHARS - kept.length);
      if (kept.length === MAX_ERROR_BODY_CHARS) report(kept);
    },
    end() {
      if (kept.length < MAX_ERROR_BODY_CHARS) report(kept);
    },
  };
}

/** A whole completion as one JSON text; or the chunks of one, a line each, by servers that leave out the framing. */
function completionBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  const parts: string[] = [];
  let size = 0;
  /** Undefined until the first line is there. */
  let lines: AnswerBody | false | undefined;

  const asEvents = (): AnswerBody => eventsBody(answer, { ...head, contentType: EVENT_STREAM }, context);
  const endWhole = (text: string): void => {
    const value = parseJson(text);
    if (value === undefined) {
      // An event stream that begins with a line of bare JSON, as an error of a server behind this one does.
      const events = asEvents();
      events.feed(text);
      events.end(true);
      if (answer.over || answer.concluded || answer.size > 0) return;
    }
    const told = errorEventOf(value);
    const read =
      told === undefined && createEventReader(context.format, answer).read(value) !== 'unrecognised';
    const reported = told ?? reportedErrorOf(value);
    if (read) answer.conclude('finish');
    else if (reported !== undefined) answer.fail(streamError(reported, context));
    else
      answer.fail(
        unusableError(`answered with JSON that is no chat completion: ${quote(text, context.keys)}`, context),
      );
  };

  return {
    feed(text) {
      if (lines) {
        lines.feed(text);
        return;
      }
      size += text.length;
      parts.push(text);
      if (size > MAX_EVENT_CHARS) {
        parts.length = 0;
        answer.fail(unusableError(`sent a JSON text of more than ${MAX_EVENT_CHARS} characters.`, context));
      } else if (lines === undefined && text.includes('\n')) {
        const sofar = parts.join('');
        lines = isChunk(sofar.slice(0, sofar.indexOf('\n'))) && jsonLines(asEvents());
        if (lines) lines.feed(sofar);
      }
    },
    end(whole) {
      if (lines) lines.end(whole);
      else if (whole) endWhole(parts.join(''));
    },
  };
}

const EVENT_STREAM = 'text/event-stream';

/** Whether a line is a chunk of a chat completion, and no completion. */
function isChunk(line: string): boolean {
  const value = parseJson(line);
  if (!isRecord(value)) return false;
  return value.object === 'chat.completion.chunk' || Array.isArray(value.choices);
}

/** Gives each line of JSON to a reader of events as one. */
function jsonLines(events: AnswerBody): AnswerBody {
  let held = '';
  const give = (line: string): void => {
    if (line.trim() !== '') events.feed(line.startsWith('{') ? `data: ${line}\n\n` : `${line}\n\n`);
  };
  return {
    feed(text) {
      const lines = (held + text).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) give(line.trimEnd());
    },
    end(whole) {
      if (whole) give(held);
      events.end(whole);
    },
  };
}
