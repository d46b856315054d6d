import { type Actions, createActions } from '../../../src/state/actions.js';
import type { FilesPort, ModePort, ScreenPort } from '../../../src/state/ports.js';
import { type AppStore, createAppStore } from '../../../src/state/store.js';
import { createFakeClock, type FakeClock } from '../clocks/clock.js';
import {
  createMemoryChat,
  createMemoryConnection,
  createMemoryModes,
  type MemoryChat,
  type MemoryConnection,
} from './chat-ports.js';

/** The state and the actions of a chat without a screen. The test controls the ports and the clock. */
export interface ActingChat {
  store: AppStore;
  actions: Actions;
  chat: MemoryChat;
  connection: MemoryConnection;
  clock: FakeClock;
}

/** A screen port without effects. */
export const NO_SCREEN: ScreenPort = {
  flushed: async () => {},
  copy() {},
  leave: (meanwhile) => meanwhile(),
  suspend() {},
  redraw() {},
  exit() {},
};

export function createActingChat({
  modes = createMemoryModes(),
  screen = {},
  files,
}: {
  modes?: ModePort;
  /** Functions that replace those of `NO_SCREEN`. */
  screen?: Partial<ScreenPort>;
  files?: FilesPort;
} = {}): ActingChat {
  const chat = createMemoryChat();
  const connection = createMemoryConnection();
  const clock = createFakeClock();
  const store = createAppStore({ connection, modes, clock });
  const actions = createActions(store, {
    connection,
    chat,
    modes,
    screen: { ...NO_SCREEN, ...screen },
    clock,
    ...(files !== undefined && { files }),
  });
  return { store, actions, chat, connection, clock };
}
