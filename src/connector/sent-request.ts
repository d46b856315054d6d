import { shownHeaders } from '../common/headers.js';
import { hideKeys } from '../common/key-forms.js';
import type { HTTPRequestConfig } from '../sdk/index.js';
import type { ExchangeEvent } from './types.js';

type RequestEvent = Extract<ExchangeEvent, { type: 'request' }>;

/**
 * Tells a request as it is sent, without its secrets. They are looked for when its headers or its body are asked
 * for: who shows nothing does not pay for it.
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
