import { createServer, type Socket } from 'node:net';

/** Answers one request. The socket stays open for the next one. */
type Respond = (socket: Socket, path: string) => void;

/** Starts a cheap HTTP/1.1 server on bare sockets. Resolves to its URL. Requests must have a length or no body. */
export function serveBareHttp(respond: Respond): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    let pending = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = pending.slice(0, end);
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        if (pending.length < end + 4 + length) return;
        pending = pending.slice(end + 4 + length);
        respond(socket, head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/')));
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4096, () => {
      const bound = server.address();
      resolve(`http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`);
    });
  });
}

/** Returns a chunk of a body with Transfer-Encoding: chunked. */
export const httpChunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
/** Returns one event of a stream, as a chunk. */
export const httpEvent = (json: string): string => httpChunk(`data: ${json}\n\n`);

export const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Returns a whole JSON answer. */
export function jsonAnswer(status: number, body: string): string {
  return `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
