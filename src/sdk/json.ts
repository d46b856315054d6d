export type JsonRecord = Readonly<Record<string, unknown>>;

/** A JSON object (no array, no null). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EMPTY: JsonRecord = Object.freeze({});

/** The object itself, or an empty one in place of anything else. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : EMPTY;
}

/** The string itself, or an empty one in place of anything else. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Below this length even brackets alone cost the parser little. */
const SHORT_CHARS = 256 * 1024;
/** The parser takes some 80 bytes for each level: millions of them would be hundreds of megabytes. */
const MAX_DEPTH = 10_000;

/** `undefined` (which JSON cannot say) when the text is no JSON, or nested beyond all use. */
export function parseJson(text: string): unknown {
  if (text.length > SHORT_CHARS && isDeeper(text, MAX_DEPTH)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a JSON text has more levels than this open at a time. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    else if (char === '"') at = endOfString(text, at);
    if (depth > most) return true;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote, or the text its end. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}
