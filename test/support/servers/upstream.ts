import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A received request, with its whole body. */
export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Resolves when the answer is finished, or the client closed the connection first. */
  ended: Promise<'finished' | 'hung up'>;
}

/** A real HTTP server on a free port of 127.0.0.1. */
export interface Upstream {
  /** E.g. `http://127.0.0.1:40123`, without a slash at the end. */
  url: string;
  port: number;
  /** Every request so far, in the order their bodies were complete. */
  requests: readonly SeenRequest[];
  /** TCP connections that have been opened to it so far. */
  connections(): number;
  /** Resolves with request number `index` (from 0), at once if it has arrived. */
  request(index: number): Promise<SeenRequest>;
  /** Ends every connection and the server. */
  close(): Promise<void>;
}

/** A description of an answer. */
export interface Script {
  /** [200] */
  status?: number;
  /** [`text/event-stream`] */
  contentType?: string;
  headers?: Record<string, string | string[]>;
  /** Body pieces; each gets a separate write. */
  chunks?: readonly (string | Uint8Array)[];
  /** Wait before the headers, in ms. */
  delayMs?: number;
  /** Wait between one chunk and the next, in ms; an array gives each gap. */
  gapMs?: number | readonly number[];
  /** Instead of the body's regular end: reset the connection, or leave it open. */
  end?: 'cut' | 'hang';
  /** Called, and waited for, right before chunk `index` is written. */
  onSend?: (index: number) => void | Promise<void>;
}

export type Handler = (
  request: SeenRequest,
  response: ServerResponse,
  raw: IncomingMessage,
) => void | Promise<void>;

/** Starts an HTTP upstream that answers each request by a handler, or all of them by one script. Port 0: a free one. */
export async function startUpstream(
  answer: Handler | Script,
  port = 0,
  host = '127.0.0.1',
): Promise<Upstream> {
  const handler = typeof answer === 'function' ? answer : serveScript(answer);
  const requests: SeenRequest[] = [];
  const arrivals = new Map<number, PromiseWithResolvers<SeenRequest>>();
  const arrival = (index: number): PromiseWithResolvers<SeenRequest> => {
    const known = arrivals.get(index) ?? Promise.withResolvers<SeenRequest>();
    arrivals.set(index, known);
    return known;
  };
  let connections = 0;

  const listener: RequestListener = (raw, response) => {
    raw.on('error', () => {}); // `ended` reports a client that closes the connection
    response.on('error', () => {});
    const parts: Buffer[] = [];
    raw.on('data', (part: Buffer) => parts.push(part));
    raw.on('end', () => {
      const request: SeenRequest = {
        method: raw.method ?? '',
        path: raw.url ?? '',
        headers: raw.headers,
        body: Buffer.concat(parts),
        ended: new Promise((resolve) => {
          response.once('close', () => resolve(response.writableFinished ? 'finished' : 'hung up'));
        }),
      };
      arrival(requests.push(request) - 1).resolve(request);
      Promise.resolve(handler(request, response, raw)).catch(() => response.destroy());
    });
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.on('connection', (socket) => {
    connections += 1;
    socket.setNoDelay(true);
  });
  // The queue for simultaneous connections. If it is full, the system tries again only after a second or more.
  server.listen({ port, host, backlog: 4096 });
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound.port}`,
    port: bound.port,
    requests,
    connections: () => connections,
    request: (index) => arrival(index).promise,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A handler that answers by `script`. It stops when the client closes the connection. */
export function serveScript(script: Script): Handler {
  return async (_request, response) => {
    const gap = (index: number): number =>
      typeof script.gapMs === 'object' ? (script.gapMs[index] ?? 0) : (script.gapMs ?? 0);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const pause = (ms: number): Promise<void> =>
      sleep(ms, undefined, { signal: gone.signal }).catch(() => {});
    if (script.delayMs !== undefined) await pause(script.delayMs);
    if (response.destroyed) return;
    response.writeHead(script.status ?? 200, {
      'content-type': script.contentType ?? 'text/event-stream',
      ...script.headers,
    });
    response.flushHeaders();
    for (const [index, chunk] of (script.chunks ?? []).entries()) {
      if (index > 0 && gap(index - 1) > 0) await pause(gap(index - 1));
      if (response.destroyed) return;
      await script.onSend?.(index);
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    }
    if (script.end === 'hang') return;
    if (script.end === 'cut') {
      await new Promise<void>((resolve) => response.write('', () => resolve())).catch(() => {});
      response.socket?.resetAndDestroy();
      return;
    }
    response.end();
  };
}

/** A handler that holds all answers until `count` requests have arrived. */
export function serveTogether(count: number): Handler {
  const held: ServerResponse[] = [];
  return (_request, response) => {
    held.push(response);
    if (held.length === count) for (const each of held.splice(0)) each.end('ok');
  };
}

/** `data: …` events of an SSE stream, one a string, as chunks for a script. */
export function sseEvents(...data: readonly string[]): string[] {
  return data.map((text) => `data: ${text}\n\n`);
}

/** The data of an event with this text, and of the one that ends an answer. */
export const deltaOf = (content: string): string =>
  JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
export const FINISH = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });

/** A bare TCP server for responses that no HTTP server sends: garbage, half a header, resets. */
export async function startTcpUpstream(
  onConnection: (socket: Socket) => void,
): Promise<Pick<Upstream, 'url' | 'port' | 'close'>> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
