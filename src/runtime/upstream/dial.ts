import { type LookupAddress, lookup } from 'node:dns';
import { isIP, connect as netConnect, type OnReadOpts, type Socket } from 'node:net';
import { staggered } from './staggered.js';
import { type ConnectionTimes, nowUs } from './timings.js';

/** The destination of a TCP connection. */
export interface Target {
  host: string;
  port: number;
}

export interface DialOptions {
  /** Receives the times of the steps. */
  opened: ConnectionTimes;
  signal: AbortSignal;
  onread?: OnReadOpts | undefined;
  /** Drops the addresses that must not be connected to. @throws when none is left */
  permit?: (addresses: readonly string[]) => readonly string[];
}

/** After this many ms without a connection, the name's next address is tried too (RFC 8305, 8). */
const NEXT_ADDRESS_MS = 250;

/**
 * Opens a TCP connection. When the name has several addresses, a dead one delays the connection by 250 ms at most. Then
 * the next address is tried beside it. Node itself would end the first attempt, but some networks need longer to connect.
 * @throws the error of the first attempt that failed, or the signal's reason
 */
export async function dial({ host, port }: Target, options: DialOptions): Promise<Socket> {
  const { opened, signal, onread } = options;
  const addresses = isIP(host) === 0 ? await resolve(host, options) : [host];
  const others = new AbortController();
  const stop = AbortSignal.any([signal, others.signal]);
  const attempts = addresses.map((address) => async () => {
    signal.throwIfAborted();
    const startUs = nowUs();
    const socket = netConnect({ host: address, port, ...(onread !== undefined && { onread }) })
      .setNoDelay(true)
      .setKeepAlive(true, 60_000);
    // A layer above (tunnel or TLS) reports the failure. Without this handler the error would be uncaught.
    socket.on('error', () => {});
    await settled(socket, 'connect', stop);
    return { socket, startUs, connectUs: nowUs() };
  });
  const { socket, startUs, connectUs } = await staggered(attempts, NEXT_ADDRESS_MS);
  others.abort();
  opened.connectUs = connectUs;
  opened.handshakeUs = connectUs - startUs;
  return socket;
}

/**
 * Resolves a name as the system does. IPv4 and IPv6 addresses alternate in the result, because one of the two
 * networks may be broken.
 */
async function resolve(host: string, { opened, signal, permit }: DialOptions): Promise<readonly string[]> {
  const found = await new Promise<LookupAddress[]>((done, fail) => {
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    lookup(host, { all: true }, (error, addresses) => {
      signal.removeEventListener('abort', onAbort);
      if (error === null) done(addresses);
      else fail(error);
    });
  });
  opened.dnsUs = nowUs();
  const ordered = alternating(found);
  return permit === undefined ? ordered : permit(ordered);
}

function alternating(found: readonly LookupAddress[]): string[] {
  const preferred = found.filter(({ family }) => family === found[0]?.family);
  const others = found.filter(({ family }) => family !== found[0]?.family);
  const longest = Math.max(preferred.length, others.length);
  const pairs = Array.from({ length: longest }, (_, index) => [preferred[index], others[index]]).flat();
  return pairs.flatMap((one) => (one === undefined ? [] : [one.address]));
}

/** Waits until a socket is ready. Destroys the socket when it fails or takes too long. */
export function settled(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  return new Promise((done, fail) => {
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off(ready, onReady);
      settle();
    };
    const onReady = (): void => end(done);
    const onError = (error: Error): void => end(() => fail(error));
    const onClose = (): void => end(() => fail(new Error('the connection was closed')));
    const onAbort = (): void =>
      end(() => {
        socket.destroy();
        fail(signal.reason);
      });
    socket.once(ready, onReady).once('error', onError).once('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
