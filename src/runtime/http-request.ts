import { isUtf8 } from 'node:buffer';
import * as z from 'zod/mini'; // a sixth of zod's start-up time
import { ConnectorException, ErrorClass, messageOf } from '../errors.js';
import type { HeaderList } from '../protocol/messages.js';

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

const payloadSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.nullish(z.record(z.string(), z.string())),
  body: z.nullish(z.string()),
  /** `base64`: the body is bytes. An extension; text is UTF-8. */
  body_encoding: z.nullish(z.enum(['utf8', 'base64'])),
});

/**
 * Reads the payload of an ExecuteRequest for the http connector (docs/protocol.md, part A).
 * @throws {ConnectorException} InvalidRequest that says what is wrong with it.
 */
export function parseHttpRequest(payload: Uint8Array): HttpRequest {
  const parsed = payloadSchema.safeParse(parseJson(payload));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? `"${issue.path.join('.')}" in the payload` : 'the payload';
    throw invalid(`${where} must be ${issue && 'expected' in issue ? issue.expected : 'utf8 or base64'}`);
  }
  const { method, url, headers, body, body_encoding } = parsed.data;
  return {
    method: methodOf(method),
    url: urlOf(url),
    headers: headersOf(headers ?? {}),
    body: body ? Buffer.from(body, body_encoding ?? 'utf8') : undefined,
  };
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

function headersOf(given: Record<string, string>): HeaderList {
  const names = new Set<string>();
  const headers: Array<readonly [string, string]> = [];
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) throw invalid(`${quote(name)} is no header name`);
    // The value may be a key: it is not repeated.
    if (!VALUE.test(value))
      throw invalid(`the header ${quote(name)} has a character that headers cannot hold`);
    if (OWNED_BY_CONNECTION.has(lower)) continue;
    if (lower === 'host' && names.has(lower)) throw invalid('the header "host" is given twice');
    names.add(lower);
    headers.push([name, value]);
  }
  return [...headers, ...DEFAULT_HEADERS.filter(([name]) => !names.has(name))];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function invalid(message: string): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest, 0, { hop: 'client' });
}
