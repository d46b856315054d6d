import { isRecord, type JsonRecord, parseJson } from '../../../common/json.js';

/** Matches the beginning of a dictionary. */
const DICTIONARY = /^\{\s*'/;
/** Matches strings in either kind of quotes, also one that the text cuts off, and the names of constants. */
const PARTS = /'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|\b(?:None|True|False)\b/g;
const CONSTANTS: Readonly<Record<string, string>> = { None: 'null', True: 'true', False: 'false' };
const ESCAPES = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([\s\S]))/gi;
const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Reads a dictionary as Python's `str()` writes it, which some servers send in place of JSON. Returns undefined for other
 * text.
 */
export function pythonDictionary(text: string): JsonRecord | undefined {
  if (!DICTIONARY.test(text)) return undefined;
  const value = parseJson(
    text.replace(PARTS, (part) => CONSTANTS[part] ?? JSON.stringify(unescaped(part.slice(1, -1)))),
  );
  return isRecord(value) ? value : undefined;
}

function unescaped(text: string): string {
  return text.replace(ESCAPES, (_, two?: string, four?: string, eight?: string, char = '') => {
    const code = two ?? four ?? eight;
    if (code === undefined) return NAMED[char] ?? char;
    const point = Number.parseInt(code, 16);
    return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
  });
}
