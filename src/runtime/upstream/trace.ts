import { randomBytes } from 'node:crypto';
import { headerValue } from '../../protocol/header-value.js';
import type { HttpRequest } from './http-request.js';

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/;
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

/**
 * Returns the `traceparent` header (W3C Trace Context) for a client's `trace_id`. A valid traceparent is passed on
 * unchanged; a bare trace id (32 hex digits, dashes ignored) gets a new span. Returns undefined for other values.
 * https://www.w3.org/TR/trace-context/
 */
export function traceparentOf(traceId: string): string | undefined {
  const text = traceId.toLowerCase();
  const [, trace, span] = TRACEPARENT.exec(text) ?? [];
  if (trace !== undefined) {
    const valid = !text.startsWith('ff') && trace !== ZERO_TRACE && span !== ZERO_SPAN;
    return valid ? text : undefined;
  }
  const bare = text.replaceAll('-', '');
  if (!/^[\da-f]{32}$/.test(bare) || bare === ZERO_TRACE) return undefined;
  return `00-${bare}-${randomBytes(8).toString('hex')}-01`;
}

/** Returns the request with a `traceparent` header. A header that the client set is kept. */
export function traced(request: HttpRequest, traceId: string): HttpRequest {
  if (traceId === '') return request;
  const traceparent = traceparentOf(traceId);
  const given = headerValue(request.headers, 'traceparent') !== undefined;
  if (traceparent === undefined || given) return request;
  return { ...request, headers: [...request.headers, ['traceparent', traceparent]] };
}
