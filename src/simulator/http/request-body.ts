import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.js';

/** The size limit of a request body, the same as for a frame of the connector protocol. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Reads a request's body as UTF-8 text. The rest of a body that is too large is read and dropped, so that the client
 * can read the answer. Rejects when the client closes the connection.
 * @throws {ApiError} 413 above 10 MiB, 415 for a compressed body, 400 when the bytes are not UTF-8
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  // Leaving the loop early must not destroy the socket, because the answer is sent over it.
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
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity') {
    const message = `Send the request body without content-encoding: the simulator does not decode ${coding.slice(0, 40)}.`;
    throw new ApiError(415, { message });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new ApiError(400, { message: 'The request body is not valid UTF-8.' });
  }
}
