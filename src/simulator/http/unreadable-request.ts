import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf } from '../../common/error-code.js';
import { ApiError } from './api-error.js';

const REFUSALS: Record<string, ApiError> = {
  HPE_HEADER_OVERFLOW: new ApiError(431, { message: 'The headers of the request are too large.' }),
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(408, { message: 'The request did not arrive completely in time.' }),
};

const NO_HTTP = new ApiError(400, { message: 'This is not a valid HTTP request.' });

/** Answers a request that Node could not parse, in the format of all other errors, and closes the connection. */
export function refuseUnreadable(error: Error, socket: Duplex): void {
  const code = codeOf(error);
  // The client has reset the connection, so no answer is possible.
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = REFUSALS[code] ?? NO_HTTP;
  const json = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(json)}`,
      'connection: close',
      '',
      json,
    ].join('\r\n'),
  );
}
