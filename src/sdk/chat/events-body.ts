import { createParser, type EventSourceParser } from 'eventsource-parser';
import { isRecord, parseJson } from '../../common/json.js';
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
import { createStrayLines } from './stray-lines.js';
import { laterUsage, usageIn } from './usage.js';

/** Some gateways add `data:` to lines that already have it. */
const DATA_AGAIN = /^(?:data:\s*)+/;

/** Separates joined events: a line end, the field's name in the middle of a line, or an object after another one. */
const SEAM = /\n|data:\s*(?=[{[])|(?<=\})\s*(?=\{")/;
/** Characters that are kept of a body that may be no event stream. */
const MAX_BEGINNING = 1000;
/** A line of an event stream: a field, a comment or nothing. */
const STREAM_LINE = /^(?:(?:data|event|id|retry)\b.*|:.*|\s*)$/;
/** Matches variants of `[DONE]`: in lower case, as a JSON string, without brackets, or another word. */
const IS_DONE = /^"?(?:\[(?:done|end)\]|done|<?eos>?)"?$/i;
/** Matches types that equal the event's name. Some gateways omit the name. */
const TYPED = /^(?:response\.|content_block_|message_)/;

/** Matches names of events without content. */
const KEEP_ALIVE = /ping|keep-?_?alive|heart-?_?beat/i;

/** Marks the end of a stream. It is compared first: a JSON parser would take long to fail on it. */
const DONE = '[DONE]';

/** Reads an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventsBody(answer: Answer, { contentType }: AnswerHead, context: AnswerContext): AnswerBody {
  const { result } = answer;
  /** What the current event contained: texts, and other events. */
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
  let recognised = false;
  /** The name of the first event in an unknown format. */
  let strange: string | undefined;
  let flushing = false;
  /** Kept until an event comes. */
  let beginning = '';

  /** Handles a complete event without a name. */
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
    if (answer.over) {
      readLate(data);
      return;
    }
    // Nearly every other event is JSON, so parse it without further checks.
    const event = data === DONE ? undefined : parseJson(data);
    if (event === undefined || event === DONE) onOther(data.trim(), name);
    // Azure sends `data: null` to keep connections open.
    else if (event !== null || name !== undefined) onEvent(event, name, data);
  };

  /** Some servers send their counts after `[DONE]`. */
  const readLate = (data: string): void => {
    const event = data.includes('usage') ? parseJson(data) : undefined;
    const usage = result.error === undefined && isRecord(event) ? usageIn(event) : undefined;
    if (usage !== undefined) answer.emit({ type: 'usage', usage: laterUsage(result.usage, usage) });
  };

  /** Handles an event that is not JSON. */
  const onOther = (text: string, name: string | undefined): void => {
    // Some gateways put comments into `data:` fields.
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
    if (verdict !== 'unrecognised') recognised = true;
    if (verdict === 'closing') answer.conclude('usage');
    else if (verdict === 'unrecognised') {
      // Ignore events with other names (e.g. `ping`), and a last event that may be cut off.
      const foreign = name !== undefined && name !== 'message' && event !== undefined;
      if (foreign && !KEEP_ALIVE.test(name)) strange ??= name;
      if (!foreign && !flushing) answer.emit({ type: 'malformed', data: quote(text, context.keys) });
    }
    checkSize();
  };

  // Created on demand: most streams only have events that `createPlainEvents` reads.
  let parser: EventSourceParser | undefined;
  const newParser = (): EventSourceParser =>
    createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: ({ data, event }) => onData(data, event),
      onError: ({ type }) => {
        if (type !== 'max-buffer-size-exceeded' || answer.over) return;
        answer.fail(unusableError(`sent an event of more than ${MAX_EVENT_CHARS} characters.`, context));
      },
    });
  const lines = createStrayLines((text) => {
    parser ??= newParser();
    parser.feed(text);
  });

  const feed = createPlainEvents(onPlain, lines.feed);
  return {
    feed(text) {
      if (!seen && beginning.length < MAX_BEGINNING) beginning += text.slice(0, MAX_BEGINNING);
      feed(text);
    },
    end(whole) {
      if (!whole) return;
      // Some servers omit the blank line after the last event. An event that was cut off is not JSON, and is dropped.
      flushing = true;
      lines.end();
      lines.feed('\n\n');
      if (strange !== undefined && !recognised && !answer.over) {
        const what = `answered with events in an unknown format (${quote(strange, context.keys)}).`;
        answer.fail(unusableError(`${what} Are api and base_url right?`, context));
      }
      if (seen || answer.over) return;
      const said = beginning
        .split(/\r\n|\r|\n/)
        .filter((line) => !STREAM_LINE.test(line))
        .join(' ');
      const named = /event-stream/i.test(contentType);
      // Bare JSON is for the caller, who knows more about it.
      if (named && (said === '' || /^[[{]/.test(beginning))) return;
      const form = named ? 'text' : quote(contentType, context.keys) || 'text';
      const words = said === '' ? '.' : `: ${quote(said, context.keys)}`;
      answer.fail(unusableError(`answered with ${form}, not with an event stream${words}`, context));
    },
  };
}

/** Whether the text is several events without blank lines between them. One of them may be cut off. */
function isRun(text: string): boolean {
  const pieces = text.split(SEAM);
  return pieces.length > 1 && pieces.some((piece) => piece.startsWith('{') && isRecord(parseJson(piece)));
}
