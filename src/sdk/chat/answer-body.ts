import { isRecord, parseJson } from '../../common/json.js';
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
import { isOllamaEvent } from './ollama-events.js';

/** Most characters that are read from an error body, which may be endless. */
const MAX_ERROR_BODY_CHARS = 64 * 1024;

/**
 * Returns the reader for the body of a 2xx answer. The body's first characters decide, because some servers send an
 * event stream with the content type of JSON, or JSON with that of an event stream.
 * @param start the beginning of the body, without leading white space
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

/** Reads a whole completion as one JSON text, or its chunks as JSON lines, because some servers omit the framing. */
function completionBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  const parts: string[] = [];
  let size = 0;
  /** Undefined until the first line is complete. */
  let lines: AnswerBody | false | undefined;

  const asEvents = (): AnswerBody => eventsBody(answer, { ...head, contentType: EVENT_STREAM }, context);
  const endWhole = (text: string): void => {
    const value = parseJson(text);
    if (value === undefined) {
      // An event stream can begin with a line of bare JSON, when a gateway passes on another server's error.
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
        unusableError(
          `answered with JSON that is not a chat completion: ${quote(text, context.keys)}`,
          context,
        ),
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

/** Whether a line is a chunk of a chat completion. */
function isChunk(line: string): boolean {
  const value = parseJson(line);
  if (isOllamaEvent(value)) return true;
  return isRecord(value) && (value.object === 'chat.completion.chunk' || Array.isArray(value.choices));
}

/** Passes each line of JSON to the event reader as one event. */
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
