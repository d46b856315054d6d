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

/** `undefined` (which JSON cannot say) when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
