import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSessions } from '../../src/sessions/store.js';
import { groundForEach } from '../support/e2e.js';
import { ALL_HOSTILE, FORBIDDEN } from '../support/hostile.js';
import { openTerminal } from '../support/terminal.js';
import { deltaOf, FINISH, sseEvents } from '../support/upstream.js';

const ground = groundForEach();
const { endpoint } = ground;

/** All that a command writes to a terminal, without the styles that are the program's own and the terminal's line ends. */
async function written(args: readonly string[]): Promise<string> {
  const session = openTerminal(ground.place, args, { env: { NO_COLOR: '1' } });
  onTestFinished(() => session.close());
  await session.ended;
  return session.written().replaceAll('\r\n', '\n');
}

/** What begins the line of `bench` that is written anew. */
const CLEARED_LINE = '\r\x1b[K';

/** A file with one conversation of hostile texts. */
function savedHostility(): { file: string; id: string } {
  const file = join(ground.place.dir, 'sessions.db');
  const store = openSessions(file);
  const { id } = store.create(ALL_HOSTILE);
  const question = store.append(id, { role: 'user', text: `needle ${ALL_HOSTILE}`, parentId: null });
  const told = { parentId: question, endpoint: ALL_HOSTILE, model: ALL_HOSTILE };
  store.finishAnswer(store.beginAnswer(id, told), { text: ALL_HOSTILE, status: 'complete' });
  store.close();
  return { file, id };
}

test.each(['list', 'show', 'search'])('sessions %s gives a terminal plain text alone', async (command) => {
  const { file, id } = savedHostility();
  const words = { list: [], show: [id], search: ['needle'] }[command] ?? [];
  const text = await written(['sessions', '--file', file, command, ...words]);
  expect(text.length).toBeGreaterThan(20);
  expect(text).not.toMatch(FORBIDDEN);
});

test.each([
  ['an answer', { chunks: sseEvents(deltaOf(ALL_HOSTILE), FINISH, '[DONE]') }],
  [
    'an error',
    {
      status: 400,
      contentType: 'application/json',
      chunks: [JSON.stringify({ error: { message: ALL_HOSTILE } })],
    },
  ],
])('ask gives a terminal plain text alone: %s', async (_what, script) => {
  await endpoint(script);
  const text = await written(['ask', 'hi']);
  expect(text.length).toBeGreaterThan(20);
  expect(text).not.toMatch(FORBIDDEN);
});

test.each([
  ['answers', { chunks: sseEvents(deltaOf(ALL_HOSTILE), FINISH, '[DONE]') }],
  [
    'errors',
    {
      status: 400,
      contentType: 'application/json',
      chunks: [JSON.stringify({ error: { message: ALL_HOSTILE } })],
    },
  ],
  ['pages', { status: 403, contentType: 'text/html', chunks: [`<title>${ALL_HOSTILE}</title>`] }],
])('bench gives a terminal plain text alone: %s', async (_what, script) => {
  await endpoint(script);
  const text = await written(['bench', '--requests', '2', '--prompt', 'hi']);
  expect(text).toContain('requests/s');
  const words = text.replaceAll(CLEARED_LINE, '');
  expect(words).not.toMatch(FORBIDDEN);
});

test.each(['config print', 'doctor', 'runtime status'])(
  'what a file says reaches a terminal as plain text alone: %s',
  async (command) => {
    const hostile = JSON.stringify(ALL_HOSTILE);
    ground.place.writeConfig(
      `openai:\n  model: ${hostile}\nchat:\n  system: ${hostile}\nprofiles:\n  other:\n    base_url: http://127.0.0.1:1\n    model: ${hostile}\n`,
    );
    const text = await written(command.split(' '));
    expect(text.length).toBeGreaterThan(20);
    expect(text).not.toMatch(FORBIDDEN);
  },
);
