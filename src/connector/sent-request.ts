import { shownHeaders } from '../common/http/headers.js';
import { hideKeys } from '../common/text/key-forms.js';
import type { HTTPRequestConfig } from '../sdk/index.js';
import type { ExchangeEvent } from './types.js';

type RequestEvent = Extract<ExchangeEvent, { type: 'request' }>;

/**
 * Describes a request as sent, without its secrets. The secrets are hidden only when a caller reads `headers` or
 * `body`, because hiding them takes time.
 */
export function requestEvent(
  { method, headers, body }: HTTPRequestConfig,
  url: string,
  api: RequestEvent['api'],
  keys: readonly string[],
  tMs: number,
): RequestEvent {
  return {
    type: 'request',
    tMs,
    method,
    api,
    url,
    get headers() {
      return shownHeaders(headers ?? {}, keys);
    },
    get body() {
      return hideKeys(String(body ?? ''), keys);
    },
  };
}
