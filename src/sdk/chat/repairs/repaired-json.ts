import { isRecord, type JsonRecord, parseJson } from '../../../common/json.js';
import { pythonDictionary } from './python-literals.js';

/** Matches a string, also one that the text cuts off: trying each quote as its beginning would take quadratic time. */
const STRING = String.raw`"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)`;

/** Matches strings, and numbers that JSON lacks. */
const PARTS = new RegExp(String.raw`${STRING}|-?\b(?:NaN|Infinity)\b`, 'g');

/** Matches strings and line breaks. */
const PARTS_AND_BREAKS = new RegExp(String.raw`${STRING}|[\r\n]+`, 'g');

/** Matches characters that begin or end a string, or hide the end of one. */
const MARKS = /["\\]/g;

/** Longer events are not chunks of an answer, and the repair of millions of parts would need hundreds of MiB. */
const LIMIT_CHARS = 1024 * 1024;

/**
 * Reads an object that is JSON except for control characters in its strings, or numbers like `NaN`, which servers in
 * Python send in log probabilities; or a dictionary of Python. Returns undefined for other text, and for text of more
 * than 1 Mi characters.
 */
export function repairedJson(text: string): JsonRecord | undefined {
  if (!text.startsWith('{') || text.length > LIMIT_CHARS) return undefined;
  const value = parseJson(
    text.replace(PARTS, (part) =>
      part.startsWith('"') ? part.replace(/[\u0000-\u001f]/g, escaped) : 'null',
    ),
  );
  return isRecord(value) ? value : pythonDictionary(text);
}

/** Returns an object's JSON on one line. JSON forbids line breaks in strings, so those become escapes. */
export function onOneLine(json: string): string {
  if (!/[\r\n]/.test(json)) return json;
  return json.replace(PARTS_AND_BREAKS, (part) =>
    part.startsWith('"') ? part.replace(/[\r\n]/g, escaped) : ' ',
  );
}

/** Whether the text is the beginning of an object that ends inside of a string. */
export function endsInString(text: string): boolean {
  if (!text.startsWith('{')) return false;
  let inside = false;
  MARKS.lastIndex = 0;
  for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
    if (mark[0] === '"') inside = !inside;
    else MARKS.lastIndex += 1;
  }
  return inside;
}

function escaped(char: string): string {
  return JSON.stringify(char).slice(1, -1);
}
