import { Secret } from '../secret.js';

/** An API key as the configuration gives it. Only `set` can be sent. */
export type ApiKey =
  /** `trimmed`: white space around it was removed. */
  { state: 'set'; secret: Secret; trimmed: boolean } | ({ state: 'malformed' } & KeyProblem);

/**
 * What is wrong with a key. `reason` continues the sentence "openai.api_key …". Neither text contains a part of the
 * key.
 */
interface KeyProblem {
  reason: string;
  advice: string;
}

/** Text that is often copied together with a key, the most specific patterns first. */
const AROUND: readonly [RegExp, KeyProblem][] = [
  [/^["'`“”‘’«»]|["'`“”‘’«»]$/u, { reason: 'is in quotes', advice: 'leave them out' }],
  [
    /^(export\s+)?[A-Z][A-Z0-9_]{2,}=/,
    { reason: 'begins with the name of a variable', advice: 'give only the text after the "="' },
  ],
  [
    /^(proxy-)?authorization\s*:/i,
    { reason: 'begins with the name of a header', advice: 'give only the key' },
  ],
  [/^bearer\b[\s:]/i, { reason: 'begins with "Bearer"', advice: 'remove it: the program adds it' }],
  [/^<.*>$|^\{.*\}$|^\[.*\]$/s, { reason: 'is in brackets', advice: 'replace them with the key itself' }],
];

const NOT_SENDABLE = /[^\x21-\x7e]/;
const COPY_AGAIN = 'copy the key again';

/** Reads a key's text. A key is sent in a header, so all of it must be visible ASCII. */
export function parseApiKey(text: string): ApiKey {
  const key = text.trim();
  const [, around] = AROUND.find(([pattern]) => pattern.test(key)) ?? [];
  if (around !== undefined) return { state: 'malformed', ...around };
  const found = NOT_SENDABLE.exec(key);
  if (found === null) return { state: 'set', secret: new Secret(key), trimmed: key !== text };
  const [character] = found;
  const what = /[\r\n]/.test(character)
    ? 'a line break'
    : /\s/.test(character)
      ? 'white space'
      : 'a character that is not visible ASCII';
  return { state: 'malformed', reason: `has ${what} at position ${found.index + 1}`, advice: COPY_AGAIN };
}
