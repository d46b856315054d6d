import * as z from 'zod/mini';
import { WIRE_FORMATS } from '../../common/chat/wire-formats.js';
import { namesOf } from '../../common/names-of.js';
import { Secret } from '../secret.js';
import { describe, oneOf, onOff, readText, setting, type Verdict } from '../values/setting.js';
import { parseBaseUrl } from './endpoint-url.js';
import { AUTH_STYLES, PROVIDER_NAMES, providerOf } from './providers.js';

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** Headers that the daemon sets itself, or that change how the message is framed. */
const FRAMING = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;

/** Returns the value of a header or a parameter. A refused value is not quoted, because it may be a key. */
function sendable(pattern: RegExp) {
  return setting((value): Verdict<Secret> => {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string') return { refused: 'must be text' };
    return pattern.test(text)
      ? { value: new Secret(text.trim()) }
      : { refused: 'must be at most 8192 visible characters on one line' };
  });
}

const headerName = z.string().check(
  z.refine((name) => TOKEN.test(name) && !FRAMING.test(name), {
    error: 'cannot be set: use a header such as X-Team; the daemon sets the headers of the connection itself',
  }),
);
const parameterName = z
  .string()
  .check(z.refine((name) => /^[\x21-\x7e]{1,128}$/.test(name), { error: 'is not a parameter name' }));
const auth = setting((value): Verdict<string> => {
  const read = readText(value);
  if ('refused' in read || (TOKEN.test(read.value) && !FRAMING.test(read.value))) return read;
  return { refused: `must be ${AUTH_STYLES.join(', ')} or the name of a header, not ${describe(value)}` };
});

/** An address that requests use unchanged. The query is separate, because it may contain a key. */
export interface ExactUrl {
  url: string;
  query: readonly [name: string, value: Secret][];
}

const exactUrl = setting((value): Verdict<ExactUrl> => {
  const read = readText(value);
  return 'refused' in read ? read : parseExactUrl(read.value);
});

/** An address without a query, e.g. `base_url`. */
export const plainUrl = setting((value) => {
  const read = readText(value);
  return 'value' in read ? parseBaseUrl(read.value) : read;
});

/** Reads a whole address; it may have a query. */
function parseExactUrl(text: string): Verdict<ExactUrl> {
  const [address = '', ...rest] = text.trim().split('?');
  const base = parseBaseUrl(address);
  if ('refused' in base) return base;
  const search = rest.join('?');
  if (search.includes('#')) return { refused: 'must not have a fragment (#)' };
  return {
    value: {
      url: base.value,
      query: Array.from(new URLSearchParams(search), ([name, value]) => [name, new Secret(value)]),
    },
  };
}

/** The settings for the access to an endpoint, besides its address and key. */
export const accessKeys = {
  provider: z.optional(oneOf(PROVIDER_NAMES)),
  url: z.optional(exactUrl),
  api: z.optional(oneOf(WIRE_FORMATS)),
  auth: z.optional(auth),
  headers: z.optional(z.record(headerName, sendable(/^[\x20-\x7e\x80-\xff]{0,8192}$/))),
  query: z.optional(z.record(parameterName, sendable(/^[^\x00-\x1f\x7f]{0,8192}$/))),
  body: z.optional(z.record(z.string(), z.unknown())),
  stream: z.optional(onOff),
  adapt: z.optional(onOff),
  thinking_tags: z.optional(oneOf(['auto', 'off'])),
  metrics_url: z.optional(plainUrl),
  client_cert: z.optional(setting(readText)),
  client_key: z.optional(setting(readText)),
};

const written = z.strictObject(accessKeys);
export type WrittenAccess = z.output<typeof written>;

/** The names of {@link accessKeys}. */
export const ACCESS_NAMES = namesOf(accessKeys);

/**
 * Returns the address to which a section's keys are sent: the configured one, else the provider's; undefined when
 * neither is known.
 */
export function addressOf({
  base_url,
  url,
  provider,
}: Pick<WrittenAccess, 'url' | 'provider'> & { base_url?: string | undefined }): string | undefined {
  const known = providerOf(provider);
  return base_url ?? url?.url ?? (known?.ownHost === true ? undefined : known?.baseUrl);
}
