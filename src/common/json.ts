export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is an object, and not an array or null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EMPTY: JsonRecord = Object.freeze({});

/** Returns the value if it is an object, else an empty object. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : EMPTY;
}

/** Returns the objects of a list; empty for another value. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Returns a member of an object or a list; undefined for another value. */
export function memberOf(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Returns the value if it is a string, else an empty string. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Below this length, the parser needs little memory even for a text that consists of brackets. */
const SHORT_CHARS = 256 * 1024;
/** The parser needs about 80 bytes for each nesting level, so millions of levels would need hundreds of megabytes. */
const MAX_DEPTH = 10_000;

/** Parses JSON. Returns undefined when the text is not JSON, or nested too deeply. */
export function parseJson(text: string): unknown {
  if (text.length > SHORT_CHARS && isDeeper(text, MAX_DEPTH)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses JSON. Returns a text that is not JSON unchanged. */
export function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a JSON text is nested more deeply than `most` levels. */
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

/** Returns the position of the quote that closes the string at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}
