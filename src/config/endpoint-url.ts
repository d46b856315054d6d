/** The origin a key from the environment may always be sent to. */
export const OPENAI_ORIGIN = 'https://api.openai.com';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A base address ready for use, or why it cannot be one. */
export type BaseUrl = { value: string } | { refused: string };

/**
 * Reads the address of an API: http or https, without credentials, query or fragment; trailing slashes are
 * dropped. The result is the address as requests will use it, so that what was checked is what is called.
 */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { refused: 'must be an http or https address such as https://api.openai.com' };
  }
  if (url.username !== '' || url.password !== '') {
    return { refused: 'must not hold a user name or password; a key goes under api_key' };
  }
  if (/[?#]/.test(url.href)) return { refused: 'must not have a query or fragment (? or #)' };
  return { value: url.href.replace(/\/+$/, '') };
}

/**
 * The address of one call, e.g. `endpointUrl('https://api.openai.com', 'chat/completions')` is
 * `https://api.openai.com/v1/chat/completions`. `/v1` is added unless the base already names an API version
 * (`/v1`, `/v1beta/openai`, `/api/paas/v4`); a leading `/` or `/v1/` of `path` makes no difference.
 */
export function endpointUrl(baseUrl: string, path: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  const versioned = new URL(base).pathname.split('/').some((segment) => /^v\d/.test(segment));
  return `${base}${versioned ? '' : '/v1'}/${path.replace(/^\/*(v1\/)?/, '')}`;
}

/** True for an address on this machine. */
export function isLoopback(baseUrl: string): boolean {
  return LOOPBACK_HOSTS.has(new URL(baseUrl).hostname);
}

/** Scheme, host and port, e.g. `https://api.openai.com`. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin;
}
