import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'tls');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** A received request, and the end of its stream at the server. */
interface H2Request {
  headers: IncomingHttpHeaders;
  stream: ServerHttp2Stream;
  /** Resolves with the code of the stream's end: 0 no error, 8 cancelled (RFC 9113, 7). */
  ended: Promise<number>;
}

/** A real HTTP/2 server over TLS at `localhost`; its certificate is by the test's own authority. */
export interface H2Upstream {
  url: string;
  sessions: readonly ServerHttp2Session[];
  requests: readonly H2Request[];
  /** TLS handshakes that resumed an earlier session. */
  resumed(): number;
  onSession(listener: (session: ServerHttp2Session) => void): void;
  /** The answer for clients of HTTP/1.1, with `allowHTTP1`. */
  answerHttp1(body: string): void;
  close(): Promise<void>;
}

export async function startH2Upstream(
  handle: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  options: SecureServerOptions = {},
): Promise<H2Upstream> {
  const sessions: ServerHttp2Session[] = [];
  const requests: H2Request[] = [];
  let resumed = 0;
  const tls = { key: read('localhost.key.pem'), cert: read('localhost.cert.pem') };
  const server = createSecureServer({ ...tls, ...options });
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.isSessionReused()) resumed += 1;
  });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const ended = new Promise<number>((resolve) => {
      stream.once('close', () => resolve(stream.rstCode));
    });
    requests.push({ headers, stream, ended });
    handle(stream, headers);
  });
  server.on('sessionError', () => {});
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    sessions,
    requests,
    resumed: () => resumed,
    onSession: (listener) => void server.on('session', listener),
    answerHttp1(body) {
      server.on('request', (request, response) => {
        if (request.httpVersionMajor === 1) response.end(body);
      });
    },
    close: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

/** Sends RST_STREAM and nothing before it; `stream.close` would end a stream in order first. */
export function resetStream(stream: ServerHttp2Stream, code: number): void {
  const symbol = Object.getOwnPropertySymbols(stream).find((one) => String(one) === 'Symbol(kHandle)');
  const handle: unknown = symbol === undefined ? undefined : Reflect.get(stream, symbol);
  if (!(handle instanceof Object && 'rstStream' in handle && typeof handle.rstStream === 'function')) {
    throw new Error('this Node hides what resets a stream');
  }
  handle.rstStream(code);
}
