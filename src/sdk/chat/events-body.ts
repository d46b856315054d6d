import { createParser } from 'eventsource-parser';
import { isRecord, parseJson } from '../json.js';
import { type Answer, type AnswerBody, MAX_ANSWER_CHARS, MAX_EVENT_CHARS } from './answer.js';
import {
  type AnswerContext,
  type AnswerHead,
  errorEventOf,
  quote,
  streamError,
  unusableError,
} from './chat-errors.js';
import { createEventReader } from './event-reader.js';
import { createPlainEvents } from './plain-events.js';
import { createRepeatedEvents } from './repeated-events.js';
import { createStrayLines, strayValueOf } from './stray-lines.js';

/** The field's name inside of the field, by gateways that put it before what has it already. */
const DATA_AGAIN = /^(?:data:\s*)+/;

/** Between events that came as one: a line's end, or the field's name in the middle of a line. */
const SEAM = /\n|data:\s*(?=[{[])/;
/** As some gateways write it: in small letters, or as a JSON text. */
const IS_DONE = /^"?\[done\]"?$/i;
/** Events of formats whose `type` says the same as the event's name, which some gateways leave out. */
const TYPED = /^(?:response\.|content_block_|message_)/;

/** Ends a stream. It is no JSON, and saying so takes a parser longer than all else in a short answer. */
const DONE = '[DONE]';

/** A stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventsBody(answer: Answer, { contentType }: AnswerHead, context: AnswerContext): AnswerBody {
  const { result } = answer;
  /** What the event that is read said. */
  let texts = 0;
  let others = 0;
  const reader = createEventReader(context.format, {
    result,
    parts: answer.parts,
    emit(event) {
      if (event.type === 'text') texts += 1;
      else others += 1;
      answer.emit(event);
    },
  });
  const repeated = createRepeatedEvents();
  let seen = false;
  let flushing = false;

  /** An event that came whole, and without a name. */
  const onPlain = (data: string): void => {
    const text = answer.over ? undefined : repeated.textOf(data);
    if (text === undefined) {
      texts = 0;
      others = 0;
      onData(data, undefined);
      if (texts === 1 && others === 0) repeated.learn(data);
    } else if (text !== '') {
      answer.nextEvent();
      answer.emit({ type: 'text', text });
      checkSize();
    }
  };

  const checkSize = (): void => {
    if (answer.size <= MAX_ANSWER_CHARS) return;
    answer.fail(unusableError(`sent an answer of more than ${MAX_ANSWER_CHARS} characters.`, context));
  };

  const onData = (data: string, name: string | undefined): void => {
    seen = true;
    if (answer.over) return;
    // Nearly every other event is JSON: nothing more is looked at before it is parsed.
    const event = data === DONE ? undefined : parseJson(data);
    if (event === undefined || event === DONE) onOther(data.trim(), name);
    // Azure keeps its connections open by `data: null`.
    else if (event !== null || name !== undefined) onEvent(event, name, data);
  };

  /** What is no JSON. */
  const onOther = (text: string, name: string | undefined): void => {
    // A comment that a gateway put into a field is one all the same.
    if (text === '' || text.startsWith(':')) return;
    if (IS_DONE.test(text)) {
      answer.conclude('finish');
      answer.stop();
    } else if (DATA_AGAIN.test(text)) {
      onData(text.replace(DATA_AGAIN, ''), name);
    } else if (isRun(text)) {
      for (const piece of text.split(SEAM)) onData(piece, name);
    } else {
      onEvent(undefined, name, text);
    }
  };

  const onEvent = (sent: unknown, name: string | undefined, text: string): void => {
    const typeless = name !== undefined && TYPED.test(name) && isRecord(sent) && sent.type === undefined;
    const event = typeless ? { ...sent, type: name } : sent;
    const reported = errorEventOf(event, name, text);
    if (reported !== undefined) {
      answer.fail(streamError(reported, context));
      return;
    }
    answer.nextEvent();
    const verdict = reader.read(event);
    if (verdict === 'closing') answer.conclude('usage');
    else if (verdict === 'unrecognised') {
      // An event of another name (`ping`) is for other listeners; the last one may have been cut.
      const foreign = name !== undefined && name !== 'message' && event !== undefined;
      if (!foreign && !flushing) answer.emit({ type: 'malformed', data: quote(text, context.keys) });
    }
    checkSize();
  };

  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ data, event }) => onData(data, event),
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded' || answer.over) return;
      answer.fail(unusableError(`sent an event of more than ${MAX_EVENT_CHARS} characters.`, context));
    },
  });
  const lines = createStrayLines(
    (text) => {
      if (!answer.over) parser.feed(text);
    },
    (line) => {
      const { isErrorField, text } = strayValueOf(line);
      const reported = errorEventOf(parseJson(text), isErrorField ? 'error' : undefined, text);
      if (reported !== undefined && !answer.over) answer.fail(streamError(reported, context));
    },
  );

  return {
    feed: createPlainEvents(onPlain, lines.feed),
    end(whole) {
      if (!whole) return;
      // Some servers leave out the blank line after the last event. What was cut is no JSON and is dropped.
      flushing = true;
      lines.end();
      lines.feed('\n\n');
      if (seen || answer.over || /event-stream/i.test(contentType)) return;
      answer.fail(
        unusableError(
          `answered with ${quote(contentType, context.keys) || 'text'}, not with an event stream.`,
          context,
        ),
      );
    },
  };
}

/** Whether the text is several events, for want of blank lines between them; one may have been cut. */
function isRun(text: string): boolean {
  const pieces = text.split(SEAM);
  return pieces.length > 1 && pieces.some((piece) => piece.startsWith('{') && isRecord(parseJson(piece)));
}
