import type { Socket } from 'node:net';
import type { HeaderList } from '../../../protocol/messages.js';
import type { HttpRequest } from '../http-request.js';
import { type ConnectionTimes, readNowUs } from '../timings.js';
import type { Flow } from '../transport.js';
import { requestBytes } from './request-bytes.js';
import { createResponseReader } from './response-reader.js';

/** Receives the response to a request. `onEnd` or `onFailed` is the last call. */
export interface RequestTarget {
  onHead(statusCode: number, headers: HeaderList): void;
  /** Called with the body bytes of one read. They are only valid during the call. */
  onBody(bytes: Uint8Array): void;
  onEnd(): void;
  onFailed(error: Error): void;
}

/** A connection that carries one request at a time. */
export interface Connection extends Flow {
  readonly times: ConnectionTimes;
  send(request: HttpRequest, target: RequestTarget): void;
  /** Receives the bytes of one read. They are only valid during the call. */
  read(bytes: Buffer): void;
  /** Makes a new connection available to other requests, without sending one over it. */
  release(): void;
  /** Whether the connection was idle for so long that the server may close it. */
  isStale(nowMs: number): boolean;
  /** Closes the connection. The target gets no further calls. */
  destroy(): void;
}

export interface ConnectionOptions {
  /** The most bytes of a response's headers. */
  headBytes: number;
  /** How long the connection may be idle, in ms, unless the server states a shorter time. */
  keepAliveMs: number;
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
}

/** Reports that the server closed the connection before the response's end. */
class ClosedEarly extends Error {
  override readonly name = 'ClosedEarly';
  readonly code = 'UND_ERR_SOCKET';
}

/**
 * Creates the HTTP/1.1 connection over an open socket.
 * @param times how long connecting took
 */
export function createConnection(
  socket: Socket,
  times: ConnectionTimes,
  options: ConnectionOptions,
): Connection {
  let target: RequestTarget | undefined;
  let failure: Error | undefined;
  let freshUntilMs = 0;

  const release = (keptMs = options.keepAliveMs): void => {
    freshUntilMs = readNowUs() / 1000 + Math.min(keptMs, options.keepAliveMs);
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
    read(bytes) {
      try {
        reader.feed(bytes);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    abort: fail,
  };
  return connection;
}
