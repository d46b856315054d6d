import { connect } from 'node:net';
import { bareHost } from '../../common/http/bare-host.js';

/** Keeps a simulator running after the program that started it has ended. */
export interface Hold {
  /** Whether the simulator still holds the request open. */
  readonly held: boolean;
  /** Whether the server answered like this program's simulator. */
  readonly isSimulator: boolean;
  release(): void;
}

/** After this time without an answer, the hold counts as accepted, in ms. */
const LIMIT_MS = 1000;
/** The head of the simulator's answer. A server that has a web page for every path answers with HTML. */
const OWN_ANSWER = /^HTTP\/1\.1 200 .*content-type: text\/plain/is;

/**
 * Keeps the simulator at an address running until this program releases it. Another server may run there, so any answer
 * counts, even a 404.
 * @returns undefined when nothing listens there; rejects with the signal's reason
 */
export function holdSimulator({ hostname, port, host }: URL, signal: AbortSignal): Promise<Hold | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: bareHost(hostname), port: port === '' ? 80 : Number(port) });
    const settle = (hold?: Hold): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(signal.reason);
      else resolve(hold);
    };
    let isSimulator = false;
    const hold: Hold = {
      get isSimulator() {
        return isSimulator;
      },
      get held() {
        return !socket.readableEnded && !socket.destroyed;
      },
      release: () => void socket.destroy(),
    };
    const answered = (data?: Buffer): void => {
      isSimulator = OWN_ANSWER.test(String(data));
      socket.unref();
      settle(hold);
    };
    const onAbort = (): void => void socket.destroy();
    const timer = setTimeout(() => answered(), LIMIT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', () => {}).once('close', () => settle());
    socket.once('data', answered).resume();
    socket.write(`GET /admin/hold HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  });
}
