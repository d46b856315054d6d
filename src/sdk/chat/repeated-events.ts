import { parseJson } from '../json.js';

/** Knows the events of a stream that differ from an earlier one in nothing but their text, their id and padding. */
export interface RepeatedEvents {
  /** The text of an event that is like the one learnt; undefined for any other event. */
  textOf(data: string): string | undefined;
  /** Takes an event as the model: one that said nothing but a text. */
  learn(data: string): void;
}

/** Where the text of a delta begins. Inside of a JSON string its quotes would be escaped. */
const KEY = /"content": ?"/g;
/** Where OpenAI's padding begins, which hides the text's length from who sees the packets' sizes; it differs in each event. */
const PADDING_KEY = /"obfuscation": ?"/;
/** Where the id begins, which some servers make anew for each event. */
const ID_KEY = /^\{"id": ?"/;
/** What means nothing, and is the inside of a JSON string as it stands. */
const OPAQUE = /^[\w+/=-]*$/;
/** After this many templates in a row that matched no event, this server's events differ in more than their text. */
const PATIENCE = 4;

/** What the events of a stream share. */
interface Model {
  /** All up to the id; empty where it does not come first. */
  head: string;
  /** All up to the text, behind the id. */
  before: string;
  /** What follows the text, up to the padding where there is some. */
  after: string;
  /** What follows the padding; undefined where there is none. */
  rest: string | undefined;
}

/**
 * A server repeats id, model and the like in every event of a stream, and reading them again is most of the
 * work. What comes before and after the text is JSON that was read once; between the same parts, any other
 * JSON string makes an event that means the same with another text. So only that string is read.
 */
export function createRepeatedEvents(): RepeatedEvents {
  let model: Model | undefined;
  let left = PATIENCE;

  return {
    textOf(data) {
      if (model === undefined) return undefined;
      const { head, before, after, rest } = model;
      const start = head === '' ? 0 : endOfId(data, head);
      const from = start + before.length;
      const end = (rest === undefined ? data.length : startOfPadding(data, rest)) - after.length;
      // Compared as slices, which takes a third of the time of `startsWith`.
      if (
        start < 0 ||
        end < from ||
        data.slice(end, end + after.length) !== after ||
        data.slice(start, from) !== before
      ) {
        return undefined;
      }
      // Also where it has no escapes: a slice would keep the whole event in memory. Undefined if it is no string.
      const text = parseJson(data.slice(from - 1, end + 1));
      if (typeof text !== 'string') return undefined;
      left = PATIENCE;
      return text;
    },
    learn(data) {
      model = undefined;
      if (left === 0) return;
      left -= 1;
      KEY.lastIndex = 0;
      const found = KEY.exec(data);
      // A second one might be the text that counts.
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
    },
  };
}

/** Where the id ends that `head` begins; -1 if there is none, or one with escapes. */
function endOfId(data: string, head: string): number {
  const end = data.indexOf('"', head.length);
  return data.slice(0, head.length) === head && OPAQUE.test(data.slice(head.length, end)) ? end : -1;
}

/** Where the padding begins that `rest` follows; -1 if there is none, or one with escapes. */
function startOfPadding(data: string, rest: string): number {
  const end = data.length - rest.length;
  const start = data.lastIndexOf('"', end - 1) + 1;
  return data.slice(end) === rest && OPAQUE.test(data.slice(start, end)) ? start : -1;
}

/** Where the quote is that ends the JSON string in which `from` is. */
function endOfString(json: string, from: number): number {
  let at = json.indexOf('"', from);
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
