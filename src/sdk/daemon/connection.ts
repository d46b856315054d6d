import type { Socket } from 'node:net';
import { type ConnectorException, ErrorClass } from '../../common/errors.js';
import { MessageType } from '../../protocol/constants.js';
import { decodeMessage } from '../../protocol/decode.js';
import { encodeClientMessage } from '../../protocol/encode-client.js';
import { createFrameReader, ProtocolError } from '../../protocol/frame.js';
import type {
  Cancel,
  CreditUpdate,
  ExecuteResponse,
  StreamChunk,
  StreamEnd,
  StreamRetry,
  StreamStart,
} from '../../protocol/messages.js';
import type { DaemonInfo } from '../types.js';
import { checkTrust, describeEndpoint, type Endpoint, readToken } from './endpoint.js';
import { daemonError, replyError } from './failures.js';
import { createHealthRequests } from './health-requests.js';
import { type Incoming, openSocket } from './socket.js';

/** A daemon's reply to a request. */
type Reply = ExecuteResponse | StreamRetry | StreamStart | StreamChunk | StreamEnd;

/** The receiving side of one request. */
export interface Exchange {
  /** Whether the last reply has arrived or the connection is lost, so that nothing is left to cancel. */
  readonly ended: boolean;
  /** Called with the connection that the request is sent over. */
  onSend?(connection: Connection): void;
  /** @throws {ProtocolError} for an unexpected reply; the connection is then closed */
  onReply(reply: Reply): void;
  /** Called when the connection is lost: no reply will follow. */
  onLost(error: ConnectorException): void;
}

export interface ConnectionEvents {
  /** Called once, before the exchanges in flight fail. */
  onLost?(error: ConnectorException): void;
  /** Called each time the daemon sends its health, or when its kind becomes known. */
  onDaemon?(daemon: DaemonInfo): void;
}

export interface Connection {
  /** The daemon's latest report; undefined until its kind is known. */
  readonly daemon: DaemonInfo | undefined;
  /** Whether the daemon is known to have the extension: streams, cancel, credits. */
  readonly extended: boolean;
  /** Resolves when the daemon's kind is known, or the connection is lost. */
  readonly identified: Promise<void>;
  /** Number of requests that wait for a reply. */
  readonly inFlight: number;
  /** When the last bytes arrived (at first, when the connection was made), on the clock of `performance.now()`. */
  readonly heardMs: number;
  /**
   * Sends a request's frame. Its replies go to the exchange until `forget` is called. If the connection was closed
   * before, so that the daemon can't have read the request, only `onUnsent` is called.
   */
  send(
    id: bigint,
    frame: Uint8Array,
    exchange: Exchange,
    onUnsent: (error: ConnectorException) => void,
  ): void;
  /** Drops further replies to the request. */
  forget(id: bigint): void;
  /** Sends a message of the extension. Call it only when `extended` is true. */
  write(message: Cancel | CreditUpdate): void;
  /** Requests the daemon's health. A daemon of the public protocol refuses, which shows its kind. */
  health(): Promise<DaemonInfo>;
  /** Closes the connection. Running requests fail with the error. */
  destroy(error: ConnectorException): void;
}

/**
 * Connects to a daemon, after checking that the socket can be trusted.
 * @throws {ConnectorException} that says what to do, or the signal's reason
 */
export async function openConnection(
  endpoint: Endpoint,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<Connection> {
  if (endpoint.kind === 'unix') await checkTrust(endpoint.path);
  signal.throwIfAborted();
  const token =
    endpoint.kind === 'tcp' && endpoint.tokenFile ? await readToken(endpoint.tokenFile) : undefined;
  const { socket, incoming } = await openSocket(endpoint, signal);
  const connection = createConnection(socket, incoming, events, describeEndpoint(endpoint), token);
  // The token must be the first message. Don't wait for the reply.
  if (token !== undefined) connection.health().catch(() => {});
  return connection;
}

function createConnection(
  socket: Socket,
  incoming: Incoming,
  events: ConnectionEvents,
  where: string,
  token?: string,
): Connection {
  const exchanges = new Map<bigint, Exchange>();
  const healthRequests = createHealthRequests((info) => events.onDaemon?.(info));
  let streams = false;
  let heardMs = performance.now();
  let lost: ConnectorException | undefined;
  /** Whether a valid message has arrived. Otherwise another program may listen at the address. */
  let known = false;

  const destroy = (error: ConnectorException): void => {
    if (lost !== undefined) return;
    lost = error;
    socket.destroy();
    const open = [...exchanges.values()];
    exchanges.clear();
    events.onLost?.(error);
    healthRequests.fail(error);
    for (const exchange of open) exchange.onLost(error);
  };

  /** A reply with id 0 reports a bad frame. With only one running request, it belongs to that request. */
  const exchangeOf = ({ requestId }: Reply): Exchange | undefined => {
    if (requestId !== 0n || exchanges.size !== 1) return exchanges.get(requestId);
    return exchanges.values().next().value;
  };
  /** The daemon of vastar-tui closes the connection after such a reply. Any of several requests may be its cause. */
  const onRefusedFrame = (reply: Reply): void => {
    exchangeOf(reply)?.onReply(reply);
    const why = reply.type === MessageType.ExecuteResponse ? `: ${reply.errorMessage}` : '';
    destroy(daemonError(`the daemon closed the connection${why}`, ErrorClass.Transient));
  };
  const onReply = (reply: Reply): void => {
    // With this message the daemon refuses the whole connection, and then closes it.
    if (reply.requestId === 0n && isRefusal(reply)) {
      destroy(replyError(reply, 0));
      return;
    }
    if (reply.requestId === 0n && healthRequests.daemon?.kind === 'vastar-tui') {
      onRefusedFrame(reply);
      return;
    }
    // A daemon of the public protocol answers unknown messages with id 0, in the order of sending.
    if (reply.requestId === 0n && healthRequests.waiting) {
      healthRequests.answer();
      return;
    }
    if (reply.type !== MessageType.ExecuteResponse) streams = true;
    else healthRequests.overtaken();
    exchangeOf(reply)?.onReply(reply);
  };
  const onFrame = (type: number, payload: Uint8Array): void => {
    const message = decodeMessage(type, payload);
    known = true;
    switch (message.type) {
      case MessageType.ExecuteResponse:
      case MessageType.StreamRetry:
      case MessageType.StreamStart:
      case MessageType.StreamChunk:
      case MessageType.StreamEnd:
        onReply(message);
        return;
      case MessageType.HealthResponse:
        healthRequests.answer(message);
        return;
      case MessageType.CreditUpdate:
        return; // the public protocol has no streams, so there is no window
      default:
        throw new ProtocolError(`the daemon must not send ${MessageType[message.type]} to a client`, true);
    }
  };

  const reader = createFrameReader((type, payload) => {
    if (lost === undefined) onFrame(type, payload);
  });
  incoming.take = (bytes) => {
    heardMs = performance.now();
    try {
      reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const what = known
        ? 'the daemon broke the protocol'
        : `use another address: the program at ${where} is not a daemon`;
      destroy(daemonError(`${what}: ${error.message}`, ErrorClass.Permanent, error));
    }
  };
  const onClosed = (cause: Error | undefined): void => {
    const moment = reader.midFrame ? ' in the middle of a message' : '';
    const doubt = known ? '' : `; if ${where} belongs to another program, use another address`;
    destroy(daemonError(`the daemon closed the connection${moment}${doubt}`, ErrorClass.Transient, cause));
  };
  let cause: Error | undefined;
  socket.on('error', (error) => {
    cause = error;
  });
  socket.once('close', () => onClosed(cause));

  const connection: Connection = {
    get daemon() {
      return healthRequests.daemon;
    },
    get extended() {
      return streams || healthRequests.daemon?.kind === 'vastar-tui';
    },
    identified: healthRequests.identified,
    get inFlight() {
      return exchanges.size;
    },
    get heardMs() {
      return heardMs;
    },
    send(id, frame, exchange, onUnsent) {
      if (lost !== undefined) return onUnsent(lost);
      exchanges.set(id, exchange);
      exchange.onSend?.(connection);
      socket.write(frame, (error) => {
        if (!error || !exchanges.delete(id)) return;
        onClosed(error);
        if (lost !== undefined) onUnsent(lost);
      });
    },
    forget(id) {
      exchanges.delete(id);
    },
    write(message) {
      if (lost === undefined) socket.write(encodeClientMessage(message));
    },
    health() {
      if (lost !== undefined) return Promise.reject(lost);
      const answer = healthRequests.add();
      const type = MessageType.HealthCheck;
      socket.write(encodeClientMessage(token === undefined ? { type } : { type, token }));
      return answer;
    },
    destroy,
  };
  return connection;
}

function isRefusal(reply: Reply): reply is ExecuteResponse {
  return reply.type === MessageType.ExecuteResponse && reply.errorClass === ErrorClass.RateLimited;
}
