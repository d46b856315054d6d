import { isUtf8 } from 'node:buffer';
import { isRecord, parseJson, recordOf, stringOf } from '../../common/json.js';
import type { HeaderList } from '../../protocol/messages.js';
import type { HTTPRequestConfig } from '../types.js';

/** The HTTP response in a reply. */
export interface HttpAnswer {
  statusCode: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

/** Returns the payload of an ExecuteRequest to the `http` connector. Bodies that are not UTF-8 are sent as base64. */
export function encodeHttpRequest({ method, url, headers, body }: HTTPRequestConfig): Buffer {
  const binary = isBinary(body);
  return Buffer.from(
    JSON.stringify({
      method,
      url,
      headers,
      body: textOf(body, binary ? 'base64' : 'utf8'),
      ...(binary && { body_encoding: 'base64' }),
    }),
  );
}

function textOf(body: HTTPRequestConfig['body'], encoding: 'base64' | 'utf8'): string | undefined {
  if (!(body instanceof Uint8Array)) return body;
  // Other arrays of bytes than a Buffer have no `toString` with an encoding.
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(encoding);
}

/** Whether a body needs a daemon with the extension. The public protocol supports only text. */
export function isBinary(body: HTTPRequestConfig['body']): body is Uint8Array {
  return body instanceof Uint8Array && !isUtf8(body);
}

/** Reads the payload of an ExecuteResponse. Returns undefined for an invalid payload. */
export function decodeHttpAnswer(payload: Uint8Array): HttpAnswer | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const answer = parseJson(bytes.toString('utf8'));
  if (!isRecord(answer) || !Number.isInteger(answer.status_code)) return undefined;
  const encoding = answer.body_encoding === 'base64' ? 'base64' : 'utf8';
  const pairs = Object.entries(recordOf(answer.headers)).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return {
    statusCode: Number(answer.status_code),
    headers: headerRecord(pairs),
    body: Buffer.from(stringOf(answer.body), encoding),
  };
}

/** Returns headers by name in lower case. The values of a repeated name are joined (RFC 9110, section 5.3). */
export function headerRecord(headers: HeaderList): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
