/** The origin to which a key from the environment may always be sent. */
export const OPENAI_ORIGIN = 'https://api.openai.com';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Matches an address without a scheme: a host with a port or a domain. A key in the wrong place has neither. */
const HOST_ALONE = /^[^\s/:@]+(?::\d+|\.[^\s/:@]+(?::\d+)?)(?:\/|$)/;

/** A base address that can be used, or the reason why it can't. */
export type BaseUrl = { value: string } | { refused: string };

/**
 * Reads the address of an API: http or https, without credentials, query or fragment; trailing slashes are dropped.
 * Requests use exactly the returned address, so no unchecked address is ever used.
 */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return {
      refused: HOST_ALONE.test(text.trim())
        ? 'must be an http or https address: write http:// or https:// before the host'
        : 'must be an http or https address such as https://api.openai.com',
    };
  }
  if (url.username !== '' || url.password !== '') {
    return { refused: 'must not contain a user name or password; a key goes under api_key' };
  }
  if (/[?#]/.test(url.href))
    return { refused: 'must not have a query or fragment (? or #); a query goes under query' };
  return { value: url.href.replace(/\/+$/, '') };
}

/** The ends of routes that people enter by mistake as a base address. */
const ROUTE = /\/(chat\/completions|responses|messages)$/;

/** Matches `v1`, `v4`, `v1beta` and `v1.1`, but not `v2ray` or `vault`. */
const VERSION = /^v\d+(\.\d+)*(p\d+)?((alpha|beta|preview)\d*)?$/i;

/** Whether a part of the address's path names an API version. */
export function isVersioned(baseUrl: string): boolean {
  return new URL(baseUrl).pathname.split('/').some((segment) => VERSION.test(segment));
}

/** Returns the address without the route at its end; undefined when it does not end with a route. */
export function withoutRoute(url: string): string | undefined {
  return ROUTE.test(url) ? url.replace(ROUTE, '') : undefined;
}

/** Returns the address of `path` below `baseUrl`, with one slash between them. */
export function below(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/*(v1\/)?/, '')}`;
}

/**
 * Returns the address of one call, e.g. `endpointUrl('https://api.openai.com', 'chat/completions')` is
 * `https://api.openai.com/v1/chat/completions`. `/v1` is added unless the base already has an API version
 * (`/v1`, `/v1beta/openai`, `/api/paas/v4`) or a route (`…/chat/completions`). A leading `/` or `/v1/` of `path`
 * makes no difference.
 */
export function endpointUrl(baseUrl: string, path: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  const pasted = withoutRoute(base);
  if (pasted !== undefined) return below(pasted, path);
  return below(isVersioned(base) ? base : `${base}/v1`, path);
}

/** Whether the address is on this machine. */
export function isLoopback(baseUrl: string): boolean {
  return LOOPBACK_HOSTS.has(new URL(baseUrl).hostname);
}

/** Returns scheme, host and port, e.g. `https://api.openai.com`. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin;
}
