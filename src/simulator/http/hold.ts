import { connect } from 'node:net';

/** Keeps a simulator that another program started from ending with that program. */
export interface Hold {
  /** Whether it still serves. */
  readonly held: boolean;
  release(): void;
}

/** How long an answer may take before whatever listens there is taken for serving. */
const LIMIT_MS = 1000;

/**
 * Asks the simulator at an address to stay until this program has no use for it any more. Any other server there is as
 * good: it answers that it knows no such path.
 * @returns undefined where nothing serves; rejects with the signal's reason
 */
export function holdSimulator({ hostname, port, host }: URL, signal: AbortSignal): Promise<Hold | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port) });
    const settle = (hold?: Hold): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(signal.reason);
      else resolve(hold);
    };
    const hold: Hold = {
      get held() {
        return !socket.destroyed;
      },
      release: () => void socket.destroy(),
    };
    const answered = (): void => {
      socket.unref();
      settle(hold);
    };
    const onAbort = (): void => void socket.destroy();
    const timer = setTimeout(answered, LIMIT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', () => {}).once('close', () => settle());
    socket.once('data', answered).resume();
    socket.write(`GET /admin/hold HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  });
}
