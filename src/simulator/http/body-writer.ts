import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Writes a piece of a response's body. Returns a promise where the next has to wait for the reader; it rejects
 * once `signal` aborts.
 */
export type WriteBody = (piece: string | Uint8Array, signal: AbortSignal) => Promise<unknown> | undefined;

/**
 * The writer of a response whose headers are sent. Node writes a chunk in three parts, which leave a tick later;
 * a chunk that is one string leaves at once by one system call.
 */
export function bodyWriter(response: ServerResponse): WriteBody {
  const { socket } = response;
  // It has no socket while the connection is still taken up by the response before it.
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
