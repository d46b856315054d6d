import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppState, initialState } from './app-state.js';
import type { Message } from './messages.js';
import type { Clock, ConnectionPort, ModePort, Notice } from './ports.js';
import { sanitize } from './text/sanitize.js';

export type AppStore = StoreApi<AppState>;

/** @param notices the conversation's first entries */
export function createAppStore(
  ports: { connection: ConnectionPort; modes: ModePort; clock: Clock },
  notices: readonly Notice[] = [],
): AppStore {
  const nowMs = ports.clock.unixMs();
  const initial = initialState(ports.connection.state, ports.modes.current, nowMs);
  const messages = notices.map(
    (notice, index): Message => ({
      role: 'notice',
      id: initial.nextMessageId + index,
      atMs: nowMs,
      level: notice.level,
      text: sanitize(notice.text),
    }),
  );
  return createStore<AppState>(() => ({
    ...initial,
    modes: ports.modes.all,
    messages,
    nextMessageId: initial.nextMessageId + messages.length,
  }));
}
