import { isRecord, type JsonRecord, parseJson } from '../../common/json.js';

/** Matches strings, and numbers that JSON lacks. */
const PARTS = /"(?:[^"\\]|\\[\s\S])*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * Reads an object that is JSON but for control characters in its strings, or for numbers like `NaN`, as in the log
 * probabilities of servers in Python. Returns undefined for other text.
 */
export function repairedJson(text: string): JsonRecord | undefined {
  if (!text.startsWith('{')) return undefined;
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
