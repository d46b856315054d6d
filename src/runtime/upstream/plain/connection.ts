import type { Socket } from 'node:net';
import type { HeaderList } from '../../../protocol/messages.js';
import type { HttpRequest } from '../http-request.js';
import type { ConnectionTimes } from '../timings.js';
import type { Flow } from '../transport.js';
import { requestBytes } from './request-bytes.js';
import { createResponseReader } from './response-reader.js';

/** Told what becomes of a request. Nothing comes after `onEnd` or `onFailed`. */
export interface RequestTarget {
  onHead(statusCode: number, headers: HeaderList): void;
  /** All that one read brought of the body. */
  onBody(bytes: Uint8Array): void;
  onEnd(): void;
  onFailed(error: Error): void;
}

/** A connection that carries one request at a time. */
export interface Connection extends Flow {
  readonly times: ConnectionTimes;
  send(request: HttpRequest, target: RequestTarget): void;
  /** It carries no request after all. */
  release(): void;
  /** Whether it waited so long for a request that the server may close it. */
  isStale(nowMs: number): boolean;
  /** Its target hears nothing more. */
  destroy(): void;
}

export interface ConnectionOptions {
  /** Most bytes of a response's headers. */
  headBytes: number;
  /** How long it may wait for a request, in ms; less where the server says so. */
  keepAliveMs: number;
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
}

/** The other side closed the connection before the response's end. */
class ClosedEarly extends Error {
  override readonly name = 'ClosedEarly';
  readonly code = 'UND_ERR_SOCKET';
}

export function createConnection(
  socket: Socket,
  times: ConnectionTimes,
  options: ConnectionOptions,
): Connection {
  let target: RequestTarget | undefined;
  let failure: Error | undefined;
  let freshUntilMs = 0;

  const release = (keptMs = options.keepAliveMs): void => {
    freshUntilMs = performance.now() + Math.min(keptMs, options.keepAliveMs);
    options.onIdle(connection);
  };
  const fail = (error: Error): void => {
    const failed = target;
    target = undefined;
    socket.destroy();
    failed?.onFailed(error);
  };
  const reader = createResponseReader(options.headBytes, {
    onHead: (statusCode, headers) => target?.onHead(statusCode, headers),
    onBody: (bytes) => target?.onBody(bytes),
    onEnd(keptMs) {
      const ended = target;
      target = undefined;
      if (keptMs > 0) release(keptMs);
      else socket.destroy();
      ended?.onEnd();
    },
  });

  socket.on('data', (bytes: Buffer) => {
    try {
      reader.feed(bytes);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('end', () => {
    if (!reader.end()) socket.destroy();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('close', () => {
    options.onClosed(connection);
    fail(failure ?? new ClosedEarly('other side closed'));
  });

  const connection: Connection = {
    times,
    send(request, given) {
      target = given;
      reader.expect(request.method);
      socket.write(requestBytes(request));
    },
    release,
    isStale: (nowMs) => nowMs > freshUntilMs,
    destroy() {
      target = undefined;
      socket.destroy();
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
  return connection;
}
