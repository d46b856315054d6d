import type { LoadedConfig } from '../../config/resolve.js';
import { createJournal } from '../../sessions/journal.js';
import { openSessions, type SessionStore } from '../../sessions/store.js';
import type { SessionsPort } from '../../state/ports.js';
import { configuredKeys } from '../composition/secrets.js';
import { sessionsFile } from '../sessions/sessions-file.js';
import type { ChatFlags } from './chat-flags.js';

/** Short, because waiting for another program's lock blocks the screen; the journal retries later. */
const PATIENCE_MS = 250;

/**
 * Opens the saved sessions for the chat; `off` when the chat saves nothing. `rehearse` runs the code of the first
 * question early.
 */
export function chatSessions(
  { continue: last, session, save, model }: ChatFlags,
  loaded: LoadedConfig,
): { port: SessionsPort | 'off'; rehearse: () => void } {
  if (save === false || !loaded.config.sessions.save) return { port: 'off', rehearse() {} };
  let opened: SessionStore | undefined;
  const port: SessionsPort = {
    begin:
      session !== undefined
        ? { kind: 'named', name: session }
        : last === true
          ? { kind: 'last' }
          : { kind: 'new' },
    modelGiven: model !== undefined,
    open({ onProblem, earlier }) {
      const store = openSessions(sessionsFile(), {
        secrets: configuredKeys(loaded),
        patienceMs: PATIENCE_MS,
      });
      opened = store;
      return {
        store,
        journal: createJournal(store, { onProblem, earlier }),
        close: () => {
          opened = undefined;
          store.close();
        },
      };
    },
  };
  return {
    port,
    rehearse() {
      try {
        opened?.rehearse();
      } catch {
        // The same failure is reported when the first question is saved.
      }
    },
  };
}
