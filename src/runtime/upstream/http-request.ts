import { isUtf8 } from 'node:buffer';
import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import { HEADER_NAME, HEADER_VALUE } from '../../common/http/header-syntax.js';
import { isRecord } from '../../common/json.js';
import type { HeaderList } from '../../protocol/messages.js';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** An HTTP request whose parts have all been checked. */
export interface HttpRequest {
  readonly method: Method;
  /** An http: or https: URL without user name and password. */
  readonly url: URL;
  /** Contains no headers about the connection (e.g. Content-Length), and no value with a line break. */
  readonly headers: HeaderList;
  readonly body: Uint8Array | undefined;
}

/**
 * Reads the payload of an ExecuteRequest for the http connector (docs/protocol.md, part A).
 * @throws {ConnectorException} InvalidRequest that says what is wrong with the payload
 */
export function parseHttpRequest(payload: Uint8Array): HttpRequest {
  const parsed = parseJson(payload);
  // Checked without a schema library: this runs for every request, and a schema took longer than everything else.
  if (!isRecord(parsed)) throw wrongType('the payload', 'an object');
  const { body, body_encoding: encoding } = parsed;
  return { ...parseRequestHead(parsed), body: bodyOf(body ?? '', encoding ?? 'utf8') };
}

/**
 * Reads the parts of a request except its body.
 * @throws {ConnectorException} InvalidRequest that says what is wrong with them
 */
export function parseRequestHead({
  method,
  url,
  headers,
}: Readonly<Record<'method' | 'url' | 'headers', unknown>>): Omit<HttpRequest, 'body'> {
  return {
    method: methodOf(stringIn('method', method)),
    url: urlOf(stringIn('url', url)),
    headers: headersOf(headers ?? {}),
  };
}

function stringIn(field: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(`"${field}" in the payload`, 'a string');
  return value;
}

const NOT_BASE64 = /[^A-Za-z\d+/=_\s-]/;

/** Decodes the body: text as UTF-8, or bytes as base64 (an extension of the protocol). */
function bodyOf(body: unknown, encoding: unknown): Buffer | undefined {
  const text = stringIn('body', body);
  if (encoding !== 'utf8' && encoding !== 'base64') {
    throw wrongType('"body_encoding" in the payload', 'utf8 or base64');
  }
  // Node would skip such characters and send a different body.
  if (encoding === 'base64' && NOT_BASE64.test(text)) throw wrongType('"body" in the payload', 'base64');
  return text === '' ? undefined : Buffer.from(text, encoding);
}

function wrongType(what: string, expected: string): ConnectorException {
  return invalid(`${what} must be ${expected}`);
}

function parseJson(payload: Uint8Array): unknown {
  if (!isUtf8(payload)) throw invalid('the payload is not JSON: it is not UTF-8');
  const { buffer, byteOffset, byteLength } = payload;
  try {
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString());
  } catch (error) {
    throw invalid(`the payload is not JSON: ${messageOf(error)}`);
  }
}

function methodOf(name: string): Method {
  const upper = name.toUpperCase();
  const method = METHODS.find((known) => known === upper);
  if (method === undefined)
    throw invalid(`unknown HTTP method ${quote(name)}; use one of ${METHODS.join(', ')}`);
  return method;
}

/** The longest host name that DNS can resolve (RFC 1035, 2.3.4). The limit also bounds the figures kept by origin. */
export const MAX_HOST_CHARS = 255;

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) {
    // The query may contain a key, so the error leaves it out.
    const [shown = ''] = text.split('?');
    throw invalid(`give a full URL, e.g. https://api.example.com/v1: ${quote(shown)} is not one`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(`use a URL that starts with http: or https:, not with ${quote(url.protocol)}`);
  }
  if (url.hostname.length > MAX_HOST_CHARS) {
    throw invalid(`the host name ${quote(url.hostname)} is longer than ${MAX_HOST_CHARS} characters`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      `send an Authorization header instead: the URL for ${url.host} contains a user name or password`,
    );
  }
  return url;
}

// These headers describe the daemon's own connection to the provider. The daemon also sets Content-Length itself.
const OWNED_BY_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Sent when the client does not set them; the public daemon does the same. `identity`: the daemon decompresses nothing.
 */
const DEFAULT_HEADERS: HeaderList = [
  ['accept', '*/*'],
  ['accept-encoding', 'identity'],
];

function headersOf(given: unknown): HeaderList {
  if (!isRecord(given)) throw wrongType('"headers" in the payload', 'an object');
  const names = new Set<string>();
  const headers: Array<readonly [string, string]> = [];
  for (const name of Object.keys(given)) {
    if (!HEADER_NAME.test(name)) throw invalid(`${quote(name)} is not a valid header name`);
    const value = stringIn(`headers.${shortened(name)}`, given[name]);
    const lower = name.toLowerCase();
    // The value may be a key, so the error leaves it out.
    if (!HEADER_VALUE.test(value))
      throw invalid(`the header ${quote(name)} contains a character that headers must not contain`);
    if (OWNED_BY_CONNECTION.has(lower)) continue;
    // HTTP/2 sends names in lower case, so two spellings of a name would be one header sent twice.
    if (names.has(lower)) throw invalid(`give the header ${quote(lower)} only once`);
    names.add(lower);
    headers.push([name, value]);
  }
  return [...headers, ...DEFAULT_HEADERS.filter(([name]) => !names.has(name))];
}

function quote(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function invalid(message: string): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest, 0, { hop: 'client' });
}
