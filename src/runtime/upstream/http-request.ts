import { isUtf8 } from 'node:buffer';
import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import type { HeaderList } from '../../protocol/messages.js';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** An HTTP request that can be sent as it stands: every part has been checked. */
export interface HttpRequest {
  readonly method: Method;
  /** Its protocol is http: or https:, it holds no credentials. */
  readonly url: URL;
  /** No header that belongs to the connection; no value that could end a line. */
  readonly headers: HeaderList;
  readonly body: Buffer | undefined;
}

/**
 * Reads the payload of an ExecuteRequest for the http connector (docs/protocol.md, part A).
 * @throws {ConnectorException} InvalidRequest that says what is wrong with it.
 */
export function parseHttpRequest(payload: Uint8Array): HttpRequest {
  const parsed = parseJson(payload);
  // By hand, not by a schema: this is on the way of every request, and a schema took longer than all the rest.
  if (!isObject(parsed)) throw wrongType('the payload', 'object');
  const { body, body_encoding: encoding } = parsed;
  return { ...parseRequestHead(parsed), body: bodyOf(body ?? '', encoding ?? 'utf8') };
}

/**
 * Reads the parts of a request but its body.
 * @throws {ConnectorException} InvalidRequest that says what is wrong with it.
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringIn(field: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(`"${field}" in the payload`, 'string');
  return value;
}

/** `base64`: the body is bytes. An extension; text is UTF-8. */
function bodyOf(body: unknown, encoding: unknown): Buffer | undefined {
  const text = stringIn('body', body);
  if (encoding !== 'utf8' && encoding !== 'base64') {
    throw wrongType('"body_encoding" in the payload', 'utf8 or base64');
  }
  return text === '' ? undefined : Buffer.from(text, encoding);
}

function wrongType(what: string, expected: string): ConnectorException {
  return invalid(`${what} must be ${expected}`);
}

function parseJson(payload: Uint8Array): unknown {
  if (!isUtf8(payload)) throw invalid('the payload is no JSON: it is not UTF-8');
  const { buffer, byteOffset, byteLength } = payload;
  try {
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString());
  } catch (error) {
    throw invalid(`the payload is no JSON: ${messageOf(error)}`);
  }
}

function methodOf(name: string): Method {
  const upper = name.toUpperCase();
  const method = METHODS.find((known) => known === upper);
  if (method === undefined) throw invalid(`no HTTP method ${quote(name)}; there are ${METHODS.join(', ')}`);
  return method;
}

/** RFC 1035, 2.3.4. No name beyond it can be looked up, and figures are kept by origin. */
export const MAX_HOST_CHARS = 255;

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) {
    // What follows a "?" may be a key: it is not repeated.
    const [shown = ''] = text.split('?');
    throw invalid(`${quote(shown)} is no URL; give it in full, e.g. https://api.example.com/v1`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(`cannot speak ${quote(url.protocol.slice(0, -1))}; a URL starts with http: or https:`);
  }
  if (url.hostname.length > MAX_HOST_CHARS) {
    throw invalid(`the host name ${quote(url.hostname)} is over ${MAX_HOST_CHARS} characters`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      `the URL for ${url.host} holds a user name or password; send an Authorization header instead`,
    );
  }
  return url;
}

// They describe the connection, which is the daemon's own; it also counts the body itself.
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

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/; // RFC 9110, 5.6.2
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/; // RFC 9110, 5.5: one byte a character, and nothing that ends a line

/** What a caller leaves out and the public daemon sends too; and no compression, since bytes are not touched. */
const DEFAULT_HEADERS: HeaderList = [
  ['accept', '*/*'],
  ['accept-encoding', 'identity'],
];

function headersOf(given: unknown): HeaderList {
  if (!isObject(given)) throw wrongType('"headers" in the payload', 'object');
  const names = new Set<string>();
  const headers: Array<readonly [string, string]> = [];
  for (const name of Object.keys(given)) {
    if (!TOKEN.test(name)) throw invalid(`${quote(name)} is no header name`);
    const value = stringIn(`headers.${shortened(name)}`, given[name]);
    const lower = name.toLowerCase();
    // The value may be a key: it is not repeated.
    if (!VALUE.test(value))
      throw invalid(`the header ${quote(name)} has a character that headers cannot hold`);
    if (OWNED_BY_CONNECTION.has(lower)) continue;
    // Some names may come once only, and HTTP/2 knows small letters alone: which one counts is the caller's to say.
    if (names.has(lower)) throw invalid(`the header ${quote(lower)} is given twice`);
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
