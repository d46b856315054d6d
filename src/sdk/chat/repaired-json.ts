import { isRecord, type JsonRecord, parseJson } from '../../common/json.js';

/** Matches strings, and numbers that JSON lacks. */
const PARTS = /"(?:[^"\\]|\\[\s\S])*"|-?\b(?:NaN|Infinity)\b/g;

/** Longer events are no chunk of an answer, and the repair of millions of parts would need hundreds of MiB. */
const LIMIT_CHARS = 1024 * 1024;

/**
 * Reads an object that is JSON except for control characters in its strings or numbers like `NaN`, as in the log
 * probabilities of servers in Python. Returns undefined for other text, and for text of more than 1 Mi characters.
 */
export function repairedJson(text: string): JsonRecord | undefined {
  if (!text.startsWith('{') || text.length > LIMIT_CHARS) return undefined;
  const value = parseJson(
    text.replace(PARTS, (part) =>
      part.startsWith('"') ? part.replace(/[\u0000-\u001f]/g, escaped) : 'null',
    ),
  );
  return isRecord(value) ? value : undefined;
}

function escaped(char: string): string {
  return JSON.stringify(char).slice(1, -1);
}
