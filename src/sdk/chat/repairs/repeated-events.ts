import { parseJson } from '../../../common/json.js';
import { isEscaped } from '../../../common/text/escaped.js';

/** Recognises events that differ from an earlier event of the stream only in their text, id and padding. */
export interface RepeatedEvents {
  /** Returns the text of an event that matches the learnt one; undefined for other events. */
  textOf(data: string): string | undefined;
  /** Records the pattern of an event that contains only a text. */
  learn(data: string): void;
}

/** The name of the member with the text. */
const NAME = '"content"';
/** Matches the beginning of a delta's text. Inside a JSON string the quotes would be escaped. */
const KEY = /"content": ?"/g;
/**
 * Matches the beginning of OpenAI's padding. It differs in each event, to hide the text's length from observers of
 * packet sizes.
 */
const PADDING_KEY = /"obfuscation": ?"/;
/** Matches the beginning of the id. Some servers send a new id with each event. */
const ID_KEY = /^\{"id": ?"/;
/** Matches ids and padding without escapes. */
const OPAQUE = /^[\w+/=-]*$/;
/** After this many patterns in a row without a match, learning stops: this server's events differ in more than text. */
const MAX_MISSES = 4;

/** The parts that the events of a stream share. */
interface Model {
  /** The text before the id; empty when the event does not begin with the id. */
  head: string;
  /** The part between the id and the text. */
  before: string;
  /** The part after the text, up to the padding if there is one. */
  after: string;
  /** The part after the padding; undefined without padding. */
  rest: string | undefined;
}

/**
 * A server repeats the id, the model and other members in every event of a stream, and parsing them is most of the
 * work. If the parts before and after the text are the same as in an earlier event, only the text can differ. So only
 * the JSON string with the text is parsed.
 */
export function createRepeatedEvents(): RepeatedEvents {
  let model: Model | undefined;
  let triesLeft = MAX_MISSES;
  /** An event whose pattern is read when another event may match it: many answers have only one event with text. */
  let example: string | undefined;

  const readExample = (data: string): void => {
    KEY.lastIndex = 0;
    const found = KEY.exec(data);
    // With two `content` members, it is unclear which one is the text.
    if (found === null || KEY.test(data)) return;
    const from = found.index + found[0].length;
    const after = data.slice(endOfString(data, from));
    const padding = PADDING_KEY.exec(after);
    const to = padding === null ? after.length : padding.index + padding[0].length;
    const [head = ''] = ID_KEY.exec(data) ?? [];
    model = {
      head,
      before: data.slice(head === '' ? 0 : endOfString(data, head.length), from),
      after: after.slice(0, to),
      rest: padding === null ? undefined : after.slice(endOfString(after, to)),
    };
  };

  return {
    textOf(data) {
      if (example !== undefined) {
        if (!data.includes(NAME)) return undefined;
        readExample(example);
        example = undefined;
      }
      if (model === undefined) return undefined;
      const { head, before, after, rest } = model;
      const start = head === '' ? 0 : endOfId(data, head);
      const from = start + before.length;
      const end = (rest === undefined ? data.length : startOfPadding(data, rest)) - after.length;
      // Comparing slices takes a third of the time of `startsWith`.
      if (
        start < 0 ||
        end < from ||
        data.slice(end, end + after.length) !== after ||
        data.slice(start, from) !== before
      ) {
        return undefined;
      }
      // Parse strings without escapes, too: a slice would keep the whole event in memory.
      const text = parseJson(data.slice(from - 1, end + 1));
      if (typeof text !== 'string') return undefined;
      triesLeft = MAX_MISSES;
      return text;
    },
    learn(data) {
      model = undefined;
      example = undefined;
      if (triesLeft === 0) return;
      triesLeft -= 1;
      example = data;
    },
  };
}

/** Returns where the id after `head` ends; -1 without an id, or for an id with escapes. */
function endOfId(data: string, head: string): number {
  const end = data.indexOf('"', head.length);
  return data.slice(0, head.length) === head && OPAQUE.test(data.slice(head.length, end)) ? end : -1;
}

/** Returns where the padding before `rest` begins; -1 without padding, or for padding with escapes. */
function startOfPadding(data: string, rest: string): number {
  const end = data.length - rest.length;
  const start = data.lastIndexOf('"', end - 1) + 1;
  return data.slice(end) === rest && OPAQUE.test(data.slice(start, end)) ? start : -1;
}

/** Returns the position of the quote that ends the JSON string around `from`. */
function endOfString(json: string, from: number): number {
  let at = json.indexOf('"', from);
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at;
}
