import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.js';

/** Nothing larger fits a frame of the connector protocol either. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Reads a request's body as UTF-8 text. The rest of a body that is too large is discarded as it comes, so
 * that the client gets to read the answer.
 * @throws {ApiError} 413 over 10 MiB, 400 when the bytes are no UTF-8. Rejects when the client hangs up.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  // The answer goes out on the same socket, so leaving the loop early must not destroy it.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    size += part.length;
    if (size > MAX_BODY_BYTES) break;
    parts.push(part);
  }
  if (size > MAX_BODY_BYTES) {
    request.resume();
    throw new ApiError(413, {
      message: `The request body is over the limit of ${MAX_BODY_BYTES} bytes.`,
      code: 'request_too_large',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new ApiError(400, { message: 'The request body is not valid UTF-8.' });
  }
}
