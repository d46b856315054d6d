import { createKeyHider } from '../common/text/key-forms.js';
import { isList, isObject, toJson } from './json.js';
import type { Json, JsonObject } from './types.js';

export interface Redactor {
  text(text: string): string;
  json(value: Json): Json;
  /** Removes credentials from a URL: user name, password, and parameters with the name of a key. */
  url(url: string): string;
}

const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|(x-)?api[-_]?key|key|token|secret)$/i;

/** Removes these secrets from everything that is saved, including URL- and base64-encoded forms. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const text = createKeyHider(secrets);
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (value === null || typeof value !== 'object') return value;
    if (isList(value)) return value.map(json);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [text(name), json(member)]));
  };

  return {
    text,
    json,
    url(url) {
      if (!URL.canParse(url)) return text(url);
      const parsed = new URL(url);
      parsed.username = '';
      parsed.password = '';
      for (const name of [...parsed.searchParams.keys()]) {
        if (SECRET_NAME.test(name)) parsed.searchParams.delete(name);
      }
      // Keep a URL without credentials unchanged.
      const clean = parsed.href === new URL(url).href ? url : parsed.href;
      return text(clean);
    },
  };
}

/** Returns a request's body as JSON, without top-level members and `headers` that have the name of a credential. */
export function withoutCredentials(request: object): JsonObject {
  const plain = toJson(request);
  if (!isObject(plain)) return {};
  const kept = Object.entries(plain).filter(([name]) => !SECRET_NAME.test(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      name === 'headers' && isObject(value) ? withoutCredentials(value) : value,
    ]),
  );
}
