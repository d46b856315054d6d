import { onTestFinished } from 'vitest';
import type { Attachment } from '../../../src/common/chat/attachments.js';
import { createJournal } from '../../../src/sessions/journal.js';
import { openSessions, type SessionStore } from '../../../src/sessions/store.js';
import { type Actions, createActions } from '../../../src/state/actions.js';
import type { FilesPort, SessionsPort } from '../../../src/state/ports.js';
import { type AppStore, createAppStore } from '../../../src/state/store.js';
import { createFakeClock, type FakeClock } from '../clocks/clock.js';
import { NO_SCREEN } from './acting-chat.js';
import {
  createMemoryChat,
  createMemoryConnection,
  createMemoryModes,
  type MemoryChat,
} from './chat-ports.js';

/** A chat without a screen that saves to a real file. */
export interface SavedChat {
  store: AppStore;
  actions: Actions;
  chat: MemoryChat;
  clock: FakeClock;
  /** Types a message and sends it. */
  ask(text: string): void;
  type(text: string): void;
  /** The conversation as `role: text`. */
  texts(): string[];
}

export interface SavedChatOptions {
  begin?: SessionsPort['begin'];
  modelGiven?: boolean;
  clock?: FakeClock;
  secrets?: readonly string[];
  /** The file that every path attaches. */
  attachment?: Attachment;
  /** Replaces the function that opens the file. */
  openStore?: () => SessionStore;
}

function filesWith(content: Attachment): FilesPort {
  return {
    readText: () => ({ ok: true, content: '' }),
    readTools: () => ({ ok: true, content: [] }),
    readAttachment: () => ({ ok: true, content }),
    clipboardImage: async () => ({ ok: true, content }),
  };
}

/** @param file the sessions' file; `off` saves nothing. Begins as after the first frame. */
export function savedChat(file: string | 'off', options: SavedChatOptions = {}): SavedChat {
  const { begin = { kind: 'new' }, modelGiven = false, clock = createFakeClock(), secrets = [] } = options;
  const { openStore = () => openSessions(file, { clock, secrets, patienceMs: 20 }) } = options;
  const chat = createMemoryChat();
  const connection = createMemoryConnection();
  const modes = createMemoryModes();
  const store = createAppStore({ connection, modes, clock });
  const sessions: SessionsPort = {
    begin,
    modelGiven,
    open(openOptions) {
      const saved = openStore();
      const journal = createJournal(saved, { ...openOptions, after: clock.after });
      return { store: saved, journal, close: () => saved.close() };
    },
  };
  const actions = createActions(store, {
    connection,
    chat,
    modes,
    screen: NO_SCREEN,
    clock,
    sessions: file === 'off' ? 'off' : sessions,
    ...(options.attachment !== undefined && { files: filesWith(options.attachment) }),
  });
  onTestFinished(actions.dispose);
  actions.begin();
  const type = (text: string): void => actions.edit({ type: 'insert', text });
  return {
    store,
    actions,
    chat,
    clock,
    type,
    ask(text) {
      type(text);
      actions.send();
    },
    texts: () => store.getState().messages.map(({ role, text }) => `${role}: ${text}`),
  };
}
