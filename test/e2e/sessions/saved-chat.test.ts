import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSandbox, runProgram, type Sandbox, until } from '../../support/programs/program.js';
import { KEY, openTerminal, type TerminalSession } from '../../support/programs/terminal.js';
import { sseEvents, startUpstream, type Upstream } from '../../support/servers/upstream.js';

let sandbox: Sandbox;
let upstream: Upstream;
let terminals: TerminalSession[];

const delta = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });

beforeEach(async () => {
  sandbox = await makeSandbox();
  terminals = [];
  // One answer that takes a minute.
  const words = Array.from({ length: 600 }, (_, index) => delta(`word${index} `));
  upstream = await startUpstream({ chunks: sseEvents(...words), gapMs: 100 });
  sandbox.writeConfig(
    `openai:\n  api_key: sk-test-key\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
});

afterEach(async () => {
  for (const terminal of terminals) terminal.close();
  await Promise.all(terminals.map(({ ended }) => ended));
  await upstream.close();
  sandbox.remove();
});

function open(...args: string[]): TerminalSession {
  const terminal = openTerminal(sandbox, args);
  terminals.push(terminal);
  return terminal;
}

const sessionsFile = (): string =>
  join(sandbox.dir, '.local', 'share', 'vastar-tui', 'sessions', 'sessions.db');

/** Resolves when the file has this draft, or an answer that begins so. */
function untilSaved(table: 'drafts' | 'messages', text: string): Promise<void> {
  return until(() => {
    const file = new DatabaseSync(sessionsFile(), { readOnly: true });
    try {
      return file.prepare(`SELECT 1 FROM ${table} WHERE text LIKE ?`).get(`${text}%`) !== undefined;
    } finally {
      file.close();
    }
  });
}

const list = async (): Promise<unknown> =>
  JSON.parse((await runProgram(sandbox, ['sessions', 'list', '--json'])).stdout);

test('--continue restores answer, queue and draft of a chat that was killed during an answer', async () => {
  const killed = open('--session', 'long story');
  await killed.untilScreen(/● connected/);
  killed.send('Tell me all');
  killed.send(KEY.enter);
  await killed.untilScreen(/word3 /);
  killed.send('and then?');
  await killed.untilScreen(/and then\?/);
  killed.send(KEY.enter);
  await killed.untilScreen(/queued/);
  killed.send('half a thought');
  await killed.untilScreen(/half a thought/);
  await untilSaved('drafts', 'half a thought');
  await untilSaved('messages', 'word0 word1 ');
  killed.kill('SIGKILL');
  await killed.ended;

  const again = open('--continue');
  for (const part of [
    /long story/,
    /Tell me all/,
    /interrupted/,
    /word0 .*word1 /,
    /and then\?/,
    /half a thought/,
  ])
    await again.untilScreen(part);
});

test('a start without flags offers in one row to continue the interrupted session', async () => {
  const killed = open();
  await killed.untilScreen(/● connected/);
  killed.send('Tell me all');
  killed.send(KEY.enter);
  await killed.untilScreen(/word1 /);
  await untilSaved('messages', 'word0 word1 ');
  killed.kill('SIGKILL');
  await killed.ended;
  const again = open();
  await again.untilScreen(/alt\+l resumes "Tell me all": an answer was interrupted/);
  again.send('\x1bl');
  await again.untilScreen(/word0 .*word1 /);
});

test('with --no-save or sessions.save: false nothing is saved, and the header shows it', async () => {
  const unsaved = open('--no-save');
  await unsaved.untilScreen(/not saved/);
  unsaved.send('secret');
  unsaved.send(KEY.enter);
  await unsaved.untilScreen(/word1 /);
  unsaved.close();
  await unsaved.ended;
  expect(await list()).toEqual([]);
});

test('a file of another program stays unchanged, and the chat works', async () => {
  await runProgram(sandbox, ['sessions', 'list']);
  writeFileSync(sessionsFile(), 'not a database of ours, but long enough to be looked at twice. '.repeat(4));
  const terminal = open();
  await terminal.untilScreen(/not being saved/);
  await terminal.untilScreen(/● connected/);
  terminal.send('hello');
  terminal.send(KEY.enter);
  await terminal.untilScreen(/word1 /);
});
