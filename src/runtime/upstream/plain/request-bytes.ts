import { headerValue } from '../../../protocol/header-value.js';
import type { HeaderList } from '../../../protocol/messages.js';
import type { HttpRequest, Method } from '../http-request.js';

/** Caches the lines before Content-Length by the headers object, which the requests of a load test share. */
const heads = new WeakMap<HeaderList, { method: Method; url: URL; text: string }>();
/** Caches whole requests by their bodies: a load test sends the same few prompts. */
const requests = new WeakMap<Uint8Array, { head: string; bytes: Buffer }>();
/** Larger bodies are not cached: a cache would take memory, and copying them is fast compared with sending them. */
const SHORT_BYTES = 16 * 1024;
/** For these methods, Content-Length is sent even when it is 0 (RFC 9110, 8.6). */
const WITH_BODY: ReadonlySet<Method> = new Set(['POST', 'PUT', 'PATCH']);

/** Returns a request's bytes in HTTP/1.1. */
export function requestBytes(request: HttpRequest): Buffer {
  const { body } = request;
  const head = headOf(request);
  if (body === undefined || body.length > SHORT_BYTES) return joined(request.method, head, body);
  const known = requests.get(body);
  if (known?.head === head) return known.bytes;
  const bytes = joined(request.method, head, body);
  requests.set(body, { head, bytes });
  return bytes;
}

function joined(method: Method, shared: string, body: Uint8Array | undefined): Buffer {
  const length = body?.length ?? 0;
  const lastLines = length > 0 || WITH_BODY.has(method) ? `content-length: ${length}\r\n\r\n` : '\r\n';
  const head = shared + lastLines;
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 'latin1');
  if (body !== undefined) bytes.set(body, head.length);
  return bytes;
}

function headOf({ method, url, headers }: HttpRequest): string {
  const known = heads.get(headers);
  if (known !== undefined && known.url === url && known.method === method) return known.text;
  const named = headerValue(headers, 'host') !== undefined;
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...(named ? [] : [`host: ${url.host}`]),
    'connection: keep-alive',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const text = `${lines.join('\r\n')}\r\n`;
  heads.set(headers, { method, url, text });
  return text;
}
