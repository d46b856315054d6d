import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createJournal } from '../../../src/sessions/journal.js';
import { openSessions } from '../../../src/sessions/store.js';
import type { SessionsPort } from '../../../src/state/ports.js';
import { ask, fakeClock, folder, openedStore } from '../../sessions/fixtures.js';
import { startTui } from '../../support/screen/tui.js';

/** A sessions port with four saved sessions. */
function saved(): { port: SessionsPort; path: string } {
  const path = join(folder(), 'sessions.db');
  const clock = fakeClock(new Date(2026, 0, 5, 9).getTime());
  const store = openedStore(path, { clock });
  for (const [title, answer] of [
    ['Which animals dig?', 'Badgers, moles and wombats.'],
    ['TCP or UDP for a game', 'UDP, mostly: what is late is of no use.'],
    ['日本語の質問です', '日本語の答えです。'],
    ['Why is the sky blue?', 'Because air scatters blue light most.'],
  ] as const) {
    ask(store, store.create(title).id, title, answer);
    clock.ms += 3_600_000;
  }
  const port: SessionsPort = {
    begin: { kind: 'new' },
    open(openOptions) {
      const opened = openSessions(path);
      return { store: opened, journal: createJournal(opened, openOptions), close: () => opened.close() };
    },
  };
  return { port, path };
}

test.each([
  [120, 40],
  [80, 24],
  [50, 15],
  [20, 5],
])('the list of sessions at %ix%i', async (columns, rows) => {
  const tui = await startTui({ columns, rows, sessions: saved().port });
  tui.screen.type('\x13');
  await tui.screen.until((text) => text.includes('1/4'));
  tui.screen.type('\x1b[B');
  await tui.screen.until((text) => text.includes('2/4'));
  const golden = join(import.meta.dirname, `${columns}x${rows}-sessions.txt`);
  await tui.screen.settled();
  await expect(`${tui.screen.text()}\n`).toMatchFileSnapshot(golden);
  tui.abort();
  await tui.ended;
});

test('typing searches, enter opens the found session, and the conversation continues there', async () => {
  const { port, path } = saved();
  const { screen, chat, clock, abort, ended } = await startTui({ sessions: port });
  screen.type('\x13');
  await screen.until((text) => text.includes('1/4'));
  screen.type('wombat');
  await screen.until((text) => text.includes('wombat▏'));
  clock.advance(100);
  await screen.until((text) => text.includes('1 found'));
  screen.type('\r');
  await screen.until(
    (text) => text.includes('Badgers, moles and wombats.') && text.includes('write a message'),
  );
  screen.type('and birds?\r');
  await screen.until((text) => text.includes('and birds?'));
  expect(chat.latest.messages.map(({ content }) => content)).toEqual([
    'Which animals dig?',
    'Badgers, moles and wombats.',
    'and birds?',
  ]);
  abort();
  await ended;
  expect(openedStore(path).list()[0]).toMatchObject({ title: 'Which animals dig?', messages: 4 });
});

test('sessions that a filter found have the figure that it compared', async () => {
  const { screen, clock, abort, ended } = await startTui({ sessions: saved().port });
  screen.type('\x13');
  await screen.until((text) => text.includes('1/4'));
  screen.type('ttft<1s');
  await screen.until((text) => text.includes('ttft<1s▏'));
  clock.advance(100);
  await screen.until((text) => /TTFT 300 ms {2}1 found/.test(text));
  abort();
  await ended;
});

test('a title can be edited in the list, and esc cancels', async () => {
  const { screen, abort, ended } = await startTui({ sessions: saved().port });
  screen.type('\x13');
  await screen.until((text) => text.includes('1/4'));
  screen.type('\x12');
  await screen.until((text) => text.includes('enter renames'));
  screen.type('\x15Blue');
  await screen.until((text) => text.includes('Blue▏'));
  screen.type('\r');
  await screen.until((text) => text.includes('› Blue') && text.includes('enter opens'));
  screen.type('\x12');
  await screen.until((text) => text.includes('Blue▏'));
  screen.type(' and');
  await screen.until((text) => text.includes('Blue and▏'));
  screen.type('\x1b');
  await screen.until((text) => text.includes('enter opens'));
  expect(screen.text()).not.toContain('Blue and');
  abort();
  await ended;
});

test('a message with siblings shows its number, and keys move between them', async () => {
  const { screen, chat, abort, ended } = await startTui({ columns: 80, rows: 24 });
  screen.type('hello\r');
  await screen.until((text) => text.includes('assistant'));
  chat.latest.text('the first answer');
  await chat.latest.end();
  screen.type('\x07');
  await screen.until((text) => text.includes('‹ 2/2 ›'));
  chat.latest.text('the second answer');
  await chat.latest.end();
  await screen.until((text) => text.includes('the second answer'));
  screen.type('\x1b,');
  await screen.until((text) => text.includes('‹ 1/2 ›') && text.includes('the first answer'));
  expect(screen.text()).not.toContain('the second answer');
  screen.type('\x1b.');
  await screen.until((text) => text.includes('‹ 2/2 ›') && text.includes('the second answer'));
  abort();
  await ended;
});

test('a start after an interrupted answer offers in one row to resume', async () => {
  const { port, path } = saved();
  const store = openedStore(path);
  const id = store.last()?.id ?? '';
  const answer = store.beginAnswer(id, {
    parentId: store.append(id, { role: 'user', text: 'q', parentId: null }),
    endpoint: 'e',
    model: 'm',
  });
  store.finishAnswer(answer, { text: 'half', status: 'interrupted' });
  const { screen, abort, ended } = await startTui({ columns: 80, rows: 24, sessions: port });
  await screen.until((text) =>
    text.includes('alt+l resumes "Why is the sky blue?": an answer was interrupted'),
  );
  screen.type('\x1bl');
  await screen.until((text) => text.includes('half') && text.includes('interrupted'));
  expect(screen.text()).not.toContain('alt+l');
  abort();
  await ended;
});

test('a screen reader reads the offer and the opened conversation', async () => {
  const { port, path } = saved();
  const store = openedStore(path);
  const id = store.last()?.id ?? '';
  store.saveDraft(id, 'not sent yet');
  const { screen, abort, ended } = await startTui({ sessions: port, screenReader: true });
  await screen.until((text) => text.includes('alt+l resumes "Why is the sky blue?": a message was not sent'));
  screen.type('\x1bl');
  await screen.until((text) => /Assistant, .*: Because air scatters blue light most\./.test(text));
  await screen.until((text) => text.includes('Message: not sent yet'));
  abort();
  await ended;
});
