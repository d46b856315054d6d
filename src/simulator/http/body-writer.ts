import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Writes a piece of a response's body. Returns a promise when the next piece has to wait for the reader. The promise
 * rejects when `signal` is aborted.
 */
export type WriteBody = (piece: string | Uint8Array, signal: AbortSignal) => Promise<unknown> | undefined;

/**
 * Returns the writer of a response whose headers are sent. Node would write a chunk in three parts, one tick later.
 * This writer sends a chunk as one string, at once and with one system call.
 */
export function bodyWriter(response: ServerResponse): WriteBody {
  const { socket } = response;
  // The response has no socket while an earlier response still uses the connection.
  const direct = response.chunkedEncoding && socket !== null;
  return (piece, signal) => {
    const flowing = direct && typeof piece === 'string' ? writeChunk(socket, piece) : response.write(piece);
    return flowing ? undefined : once(direct ? socket : response, 'drain', { signal });
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function writeChunk(socket: Socket, text: string): boolean {
  const bytes = Buffer.byteLength(text);
  // An empty chunk would end the body.
  if (bytes === 0) return true;
  return socket.write(`${bytes.toString(16)}\r\n${text}\r\n`, bytes === text.length ? 'latin1' : 'utf8');
}
