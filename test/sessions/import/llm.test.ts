import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { llmConversations } from '../../../src/sessions/import/llm.js';
import { sessionsOf } from '../../../src/sessions/import/recognise.js';
import type { Session } from '../../../src/sessions/types.js';
import { folder } from '../fixtures.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'imports');
const made = (...parts: string[]): string => {
  const path = join(folder(), 'logs.db');
  const sqlite = new DatabaseSync(path);
  for (const part of parts) sqlite.exec(part);
  sqlite.close();
  return path;
};
const fixture = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');
const sessionsIn = (path: string): Session[] => sessionsOf('llm', llmConversations(path));
const tree = ({ messages }: Session): string[] =>
  messages.map(({ id, parentId, role, text }) => `${id}<${parentId ?? 0} ${role}: ${text}`);

test('prompts and responses of older versions are imported with fragments, attachments, tool calls and figures', () => {
  const [session, alone] = sessionsIn(made(fixture('llm-responses.sql')));
  if (session === undefined || alone === undefined) throw new Error('not two sessions');
  expect(tree(session)).toEqual([
    '1<0 system: Be brief.',
    '2<1 user: A picture follows.\nWhat is in it?',
    '3<2 assistant: ',
    '4<3 tool: a dot',
    '5<4 assistant: A dot.',
  ]);
  expect(session).toMatchObject({ title: 'What is in it?', createdMs: Date.UTC(2025, 5, 1, 12, 0, 0, 500) });
  const [, question, call, output, answer] = session.messages;
  expect(question?.attachments).toEqual([
    { name: 'dot.png', type: 'image/png', size: 4, data: 'iVBORw==', url: null },
    { name: 'cat.jpg', type: 'image/jpeg', size: null, data: null, url: 'https://example.com/cat.jpg' },
  ]);
  expect(call).toMatchObject({
    toolCalls: [{ id: 'call_1', name: 'look', arguments: '{"at": "dot.png"}' }],
    model: 'gpt-4o-mini-2024-07-18',
  });
  expect(output?.toolCallId).toBe('call_1');
  expect(answer?.model).toBe('gpt-4o-mini');
  expect(session.exchanges.map(({ metrics }) => metrics)).toEqual([
    { e2eMs: 800, promptTokens: 120, outputTokens: 10, tokensEstimated: false },
    { e2eMs: 700, promptTokens: 140, outputTokens: 4, tokensEstimated: false },
  ]);
  expect(tree(alone)).toEqual(['1<0 user: Alone', '2<1 assistant: Indeed.']);
  expect(alone.title).toBe('Alone');
});

test('messages of newer versions are imported as trees, and a forked conversation includes its beginning', () => {
  const [session, fork] = sessionsIn(made(fixture('llm-messages.sql')));
  if (session === undefined || fork === undefined) throw new Error('not two sessions');
  expect(tree(session)).toEqual([
    '1<0 user: A long novel.\nWho wrote it?',
    '2<1 assistant: ',
    '3<2 tool: Anonymous',
    '4<3 assistant: Nobody knows.',
    '5<4 user: Thanks',
    '6<5 assistant: You are welcome.',
  ]);
  expect(session).toMatchObject({ title: 'Who wrote it?', headId: 6 });
  const [question, call, output, answer] = session.messages;
  expect(question?.attachments).toMatchObject([{ type: 'image/png', data: 'iVBORw==' }]);
  expect(call).toMatchObject({
    reasoning: 'A tool knows.',
    toolCalls: [{ id: 'call_1', name: 'find_author', arguments: '{"of":"novel"}' }],
    model: 'gpt-5',
  });
  expect(output?.toolCallId).toBe('call_1');
  expect(answer).toMatchObject({ model: 'gpt-5-2025' });
  expect(session.exchanges.map(({ answerId, metrics }) => [answerId, metrics.outputTokens])).toEqual([
    [2, 5],
    [4, 3],
    [6, 4],
  ]);
  expect(tree(fork)).toEqual([
    '1<0 user: A long novel.\nWho wrote it?',
    '2<1 assistant: ',
    '3<2 user: Never mind',
    '4<3 assistant: All right.',
  ]);
});

test('conversations in both kinds of tables are imported once', () => {
  const older = `
    CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
    CREATE TABLE responses (
      id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT, conversation_id TEXT, datetime_utc TEXT
    );
    INSERT INTO conversations VALUES ('01k1', 'Who wrote it?', 'gpt-5'), ('01j1', 'Older', 'gpt-4');
    INSERT INTO responses VALUES
      ('01k1a', 'gpt-5', 'q', NULL, 'a', '01k1', '2026-08-01T10:00:01'), ('01j1a', 'gpt-4', 'old?', NULL, 'yes', '01j1', '2025-01-01T10:00:00');
  `;
  const sessions = sessionsIn(made(fixture('llm-messages.sql'), older));
  expect(sessions.map(({ title, messages }) => [title, messages.length])).toEqual([
    ['Who wrote it?', 6],
    ['A long novel. Who wrote it?', 4],
    ['Older', 2],
  ]);
});

test("another program's SQLite file is an error", () => {
  expect(() => llmConversations(made('CREATE TABLE bookmarks (url TEXT)'))).toThrow('not a log of llm');
});

test('importing a log that llm writes ahead leaves no file beside it', () => {
  const path = made(fixture('llm-messages.sql'), 'PRAGMA journal_mode = wal');
  const files = readdirSync(dirname(path));
  expect(sessionsIn(path)).not.toHaveLength(0);
  expect(readdirSync(dirname(path))).toEqual(files);
});

test('a log that llm is writing is read with its latest conversations', () => {
  const path = made(fixture('llm-messages.sql'), 'PRAGMA journal_mode = wal');
  const llm = new DatabaseSync(path);
  onTestFinished(() => llm.close());
  llm.exec("UPDATE threads SET name = 'A new name' WHERE id = '01k1'");
  expect(sessionsIn(path).map(({ title }) => title)).toContain('A new name');
});
