import { connect } from 'node:net';
import { bareHost } from '../../common/http/bare-host.js';

const LIMIT_MS = 1000;

/** Whether a server accepts connections at the simulator's address. */
export function listensAt({ hostname, port }: URL): Promise<boolean> {
  const host = bareHost(hostname);
  const socket = connect({ host, port: port === '' ? 80 : Number(port), timeout: LIMIT_MS });
  return new Promise((resolve) => {
    const end = (there: boolean) => () => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
