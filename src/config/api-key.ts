import { Secret } from './secret.js';

/** An API key as the configuration gives it. Only `set` can be sent. */
export type ApiKey =
  /** `trimmed`: white space around it was removed. */
  { state: 'set'; secret: Secret; trimmed: boolean } | { state: 'malformed'; reason: string };

const NOT_SENDABLE = /[^\x21-\x7e]/;

/** Reads a key's text. A key travels in a header, so all of it must be visible ASCII. */
export function parseApiKey(text: string): ApiKey {
  const key = text.trim();
  const fault = NOT_SENDABLE.exec(key);
  if (fault === null) return { state: 'set', secret: new Secret(key), trimmed: key !== text };
  const what = /\s/.test(fault[0]) ? 'white space' : 'a character that is not visible ASCII';
  return { state: 'malformed', reason: `has ${what} at position ${fault.index + 1}` };
}
