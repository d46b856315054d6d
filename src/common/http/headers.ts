import { createKeyHider } from '../text/key-forms.js';

/** Headers that identify a request in the provider's logs, the most useful first. */
export const REQUEST_ID_HEADERS = [
  'x-request-id',
  'request-id',
  'apim-request-id',
  'x-ms-request-id',
  'x-amzn-requestid',
  'x-generation-id',
  'x-litellm-call-id',
  'cf-ray',
] as const;

/**
 * Matches names whose values are secret. Not secret are "tokens" and "token-count" (numbers), `www-authenticate` (a
 * method) and the headers of the gateway Portkey, except its configuration, which may contain keys.
 */
const SECRET_NAME =
  /auth(?!enticate$)|(?<!port)key|portkey-config|token(?!s|[-_]count)|secret|passw|credential|cookie|signature|^sig$|session|jwt/i;

const HIDDEN = '[hidden]';

/** Whether a header, parameter, member or variable of that name has a value that must not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Returns headers in a form that may be shown, saved and exported, request ids first. The value of a header with a
 * secret name, and a value that equals a key, become `[hidden]`. Keys within other values are removed. The scheme of an
 * authorization stays.
 */
export function shownHeaders(
  headers: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  const hide = createKeyHider(keys);
  const shown = (name: string, value: string): string => {
    if (!isSecretName(name) && !keys.includes(value)) return hide(value);
    const [, scheme = ''] = /^((?:Bearer|Basic|Token) +)\S/i.exec(value) ?? [];
    return `${scheme}${HIDDEN}`;
  };
  const entries = Object.entries(headers).map(([name, value]) => [hide(name), shown(name, value)] as const);
  const ids = REQUEST_ID_HEADERS.flatMap((id) => entries.filter(([name]) => name.toLowerCase() === id));
  return Object.fromEntries([...ids, ...entries]);
}
