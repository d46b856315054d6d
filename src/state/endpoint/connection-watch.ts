import type { Acting } from '../acting.js';
import type { ConnectionPort } from '../ports.js';

/** Keeps the connection to the daemon up to date in the store. */
export interface ConnectionWatch {
  /** Requests the daemon's health. Call it when the shown figures are outdated. */
  refresh(): void;
  end(): void;
}

/** Copies the connection's state to the store; a toast reports its loss and its return. */
export function watchConnection(connection: ConnectionPort, acting: Acting): ConnectionWatch {
  const { get, change, say } = acting;
  let lost = false;
  const unsubscribe = connection.subscribe(() => {
    const earlier = get().connection;
    const now = connection.state;
    change((state) => ({ ...state, connection: now }));
    // A lost connection passes through `waiting` and `connecting`, perhaps several times, before `connected`.
    if (now.status === 'connected' && lost) say('connected again');
    if (now.status === 'connected') lost = false;
    if (earlier.status === 'connected' && now.status === 'waiting') {
      lost = true;
      say('connection to the daemon lost: reconnecting');
    }
  });
  return {
    refresh() {
      const { state } = connection;
      if (acting.ended || state.status !== 'connected' || state.daemon?.kind !== 'vastar-tui') return;
      // A failure needs no report: the connection's state has its reason.
      connection.health().catch(() => {});
    },
    end: unsubscribe,
  };
}
