import type { Acting } from '../acting.js';
import type { ConnectionPort } from '../ports.js';

/** Keeps the state's view of the daemon up to date. */
export interface ConnectionWatch {
  /** Requests the daemon's health: the shown figures are old. */
  refresh(): void;
  end(): void;
}

/** Shows how the connection changes; losing it and getting it back is said. */
export function watchConnection(connection: ConnectionPort, acting: Acting): ConnectionWatch {
  const { get, change, say } = acting;
  let lost = false;
  const unsubscribe = connection.subscribe(() => {
    const earlier = get().connection;
    const now = connection.state;
    change((state) => ({ ...state, connection: now }));
    // Back to connected it goes by way of waiting and connecting, as often as it takes.
    if (now.status === 'connected' && lost) say('connected again');
    if (now.status === 'connected') lost = false;
    if (earlier.status === 'connected' && now.status === 'waiting') {
      lost = true;
      say('connection to the daemon lost: trying again');
    }
  });
  return {
    refresh() {
      const { state } = connection;
      if (acting.ended || state.status !== 'connected' || state.daemon?.kind !== 'vastar-tui') return;
      // The connection's state shows why there is no reply.
      connection.health().catch(() => {});
    },
    end: unsubscribe,
  };
}
