// A chat without a screen that repeats a scripted conversation for ever: questions, answers, queued messages, drafts.
// It prints on stdout the acknowledged messages, and the streamed and typed text. Arguments: file, name.
import { createJournal } from '../../src/sessions/journal.js';
import { openSessions } from '../../src/sessions/store.js';
import { createActions } from '../../src/state/actions.js';
import { systemClock } from '../../src/state/exchange/frames.js';
import type { SessionsPort } from '../../src/state/ports.js';
import { createAppStore } from '../../src/state/store.js';
import { NO_SCREEN } from '../support/chat/acting-chat.js';
import { createMemoryChat, createMemoryConnection, createMemoryModes } from '../support/chat/chat-ports.js';

const [path = '', name = 'one'] = process.argv.slice(2);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const sessions: SessionsPort = {
  begin: { kind: 'named', name },
  open(told) {
    const store = openSessions(path);
    const journal = createJournal(store, told);
    return {
      store,
      // A message is acknowledged when the journal returns true.
      journal: {
        ...journal,
        get session() {
          return journal.session;
        },
        add(message) {
          const saved = journal.add(message);
          if (saved) tell(`saved ${message.text}`);
          return saved;
        },
      },
      close: () => store.close(),
    };
  },
};
const chat = createMemoryChat();
const connection = createMemoryConnection();
const modes = createMemoryModes();
const store = createAppStore({ connection, modes, clock: systemClock });
const actions = createActions(store, {
  connection,
  chat,
  modes,
  screen: NO_SCREEN,
  clock: systemClock,
  sessions,
});
actions.begin();
const send = (text: string): void => {
  actions.edit({ type: 'set', text });
  actions.send();
};

for (let turn = 1; ; turn += 1) {
  // A queued question is sent automatically.
  if (chat.exchanges.length < turn) {
    if (turn % 5 === 0) actions.regenerate();
    else send(`question ${name}${turn}`);
  }
  const exchange = chat.latest;
  exchange.start();
  const tokens = 20 + ((turn * 37) % 400);
  for (let token = 0; token < tokens; token += 1) {
    exchange.text(`${name}${turn}.${token} `);
    tell(`token ${name}${turn}.${token} ${nowMs()}`);
    if (token === 12 && turn % 3 === 0) {
      const queued = `queued ${name}${turn}`;
      send(queued);
      // The journal reports a failure a moment later.
      await pause(0);
      if (store.getState().saving === 'on') tell(`saved ${queued}`);
    }
    if (token % 8 === 7) {
      const text = `draft ${name}${turn}-${token}`;
      actions.edit({ type: 'set', text });
      tell(`typed ${text} ${nowMs()}`);
    }
    await pause(5);
  }
  actions.edit({ type: 'set', text: '' });
  await exchange.end();
  tell(`ended ${name}${turn}`);
}
