import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSessions } from '../../../src/sessions/store.js';
import { harnessForEach, harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';
import { ALL_HOSTILE, FORBIDDEN, LAST_LINE } from '../../support/texts/hostile.js';

const harness = harnessWithDaemon();
/** Where no daemon runs, for the commands that start, stop and describe one. */
const alone = harnessForEach();

/** For arguments, which must not contain NUL. */
const HOSTILE_WORD = ALL_HOSTILE.replaceAll('\0', '').toWellFormed();
const ANSWER = { chunks: sseEvents(deltaOf(ALL_HOSTILE), FINISH, '[DONE]') };
const REFUSAL = {
  status: 400,
  contentType: 'application/json',
  chunks: [JSON.stringify({ error: { message: ALL_HOSTILE } })],
};
const PAGE = { status: 403, contentType: 'text/html', chunks: [`<title>${ALL_HOSTILE}</title>`] };
/** The sequences that draw the plots of `bench` and clear the screen of `runtime status --watch`. */
const OWN = /\r\x1b\[J|\x1b\[\d+A\r|\x1b\[\?25[lh]|\x1b\[H\x1b\[J/g;

/** Returns a command's output on a terminal without colours, without the program's own sequences and line ends. */
async function written(
  args: readonly string[],
  { until, here = false }: Pick<Case, 'until' | 'here'> = {},
): Promise<string> {
  if (here) {
    const sandbox = { ...harness.sandbox, env: { ...harness.sandbox.env, NO_COLOR: '1' } };
    const { stdout, stderr } = await runHere(sandbox, args, { terminal: true });
    return `${stdout}${stderr}`.replace(OWN, '');
  }
  const session = (args[0] === 'runtime' ? alone : harness).open(args, { env: { NO_COLOR: '1' } });
  if (until !== undefined) {
    await session.untilWritten(until);
    session.send('\x03');
  }
  await session.ended;
  return session.written().replaceAll('\r\n', '\n').replace(OWN, '');
}

function savedHostility(): { file: string; id: string } {
  const file = join(harness.sandbox.dir, 'sessions.db');
  const store = openSessions(file);
  const { id } = store.create(ALL_HOSTILE);
  const question = store.append(id, { role: 'user', text: `needle ${ALL_HOSTILE}`, parentId: null });
  const told = { parentId: question, endpoint: ALL_HOSTILE, model: ALL_HOSTILE };
  store.finishAnswer(store.beginAnswer(id, told), {
    text: ALL_HOSTILE,
    reasoning: ALL_HOSTILE,
    status: 'complete',
  });
  store.close();
  return { file, id };
}

function hostileConfig(baseUrl = 'http://127.0.0.1:1'): void {
  const text = JSON.stringify(ALL_HOSTILE);
  harness.sandbox.writeConfig(
    `openai:\n  base_url: ${baseUrl}\n  api_key: sk-test\n  model: ${text}\n  ${text}: 1\nchat:\n  system: ${text}\n` +
      `profiles:\n  other:\n    base_url: http://127.0.0.1:1\n    model: ${text}\n`,
  );
}

function file(name: string, text: string): string {
  const path = join(harness.sandbox.dir, name);
  writeFileSync(path, text);
  return path;
}

interface Case {
  /** Prepares the files and servers of the command and returns its arguments. */
  args: () => Promise<readonly string[]> | readonly string[];
  /** The command is interrupted when it has written this [it ends by itself]. */
  until?: string;
  /** It runs in this process, where stdout is called a terminal [in a process and a terminal of its own]. */
  here?: boolean;
}

const ask = (words: readonly string[], script: typeof ANSWER | typeof REFUSAL = ANSWER): Case => ({
  async args() {
    await harness.endpoint(script);
    return words;
  },
});
const saved = (...words: string[]): Case => ({
  here: true,
  args() {
    const { file, id } = savedHostility();
    return ['sessions', '--file', file, ...words.map((word) => (word === 'ID' ? id : word))];
  },
});
const plain = (...words: string[]): Case => ({ args: () => words });
const here = (...words: string[]): Case => ({ args: () => words, here: true });
const configured = (...words: string[]): Case => ({
  args() {
    hostileConfig();
    return words;
  },
});
const recording = (): string =>
  file(
    'hostile.jsonl',
    [
      { recording: 1, model: ALL_HOSTILE, stream: true, status: 200, content_type: 'text/event-stream' },
      ...ANSWER.chunks.map((text, index) => ({ ms: index + 1, text })),
      { end: 'end' },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );

const CASES: Record<string, Case> = {
  'chat, without a word': plain('chat', HOSTILE_WORD),
  ask: ask(['ask', 'hi']),
  'ask --json': ask(['ask', '--json', 'hi']),
  'ask that fails': ask(['ask', 'hi'], REFUSAL),
  'ask --json that fails': ask(['ask', '--json', 'hi'], REFUSAL),
  demo: ask(['demo']),
  bench: ask(['bench', '--requests', '2', '--prompt', 'hi']),
  'bench that fails': ask(['bench', '--requests', '2', '--prompt', 'hi'], REFUSAL),
  'bench of a page': ask(['bench', '--requests', '2', '--prompt', 'hi'], PAGE),
  'bench --json': ask(['bench', '--requests', '2', '--prompt', 'hi', '--json', '-'], REFUSAL),
  'bench --csv': ask(['bench', '--requests', '2', '--prompt', 'hi', '--csv', '-'], REFUSAL),
  'bench compare': {
    here: true,
    args: () => ['bench', 'compare', file('a.json', ALL_HOSTILE), HOSTILE_WORD],
  },
  record: ask(['record', 'hi', '--output', 'r.jsonl']),
  'record that fails': ask(['record', 'hi', '--output', 'r.jsonl'], REFUSAL),
  replay: { args: () => ['replay', recording()] },
  'replay --json': { args: () => ['replay', '--json', recording()] },
  'replay of no recording': { here: true, args: () => ['replay', file('no.jsonl', ALL_HOSTILE)] },
  'runtime status': plain('runtime', 'status'),
  'runtime run': { ...plain('runtime', 'run', '--socket', `/tmp/${HOSTILE_WORD.slice(0, 40)}/x`) },
  'runtime start': plain('runtime', 'start', '--config', HOSTILE_WORD),
  'runtime stop': plain('runtime', 'stop', '--socket', `/tmp/${HOSTILE_WORD.slice(0, 40)}/x`),
  simulator: here('simulator', '--responses', HOSTILE_WORD),
  'simulator, served': {
    args: () => ['simulator', '--port', '0', '--text', HOSTILE_WORD],
    until: 'stops it',
  },
  'sessions list': { ...saved('list'), here: false },
  'sessions list --json': saved('list', '--json'),
  'sessions show': saved('show', 'ID'),
  'sessions show --json': saved('show', '--json', 'ID'),
  'sessions search': saved('search', 'needle'),
  'sessions search --json': saved('search', '--json', 'needle'),
  'sessions search, nothing found': saved('search', `model:${HOSTILE_WORD}`),
  'sessions export as Markdown': saved('export', 'ID'),
  'sessions export as JSON': saved('export', 'ID', '--format', 'json'),
  'sessions export as HAR': saved('export', 'ID', '--format', 'har'),
  'sessions export as CSV': saved('export', 'ID', '--format', 'csv'),
  'sessions import': {
    here: true,
    args: () => ['sessions', '--file', join(harness.sandbox.dir, 'new.db'), 'import', file('x', ALL_HOSTILE)],
  },
  'sessions rm': saved('rm', 'ID'),
  'sessions restore': saved('restore', HOSTILE_WORD),
  'sessions rename': saved('rename', 'ID', HOSTILE_WORD),
  'endpoints list': configured('endpoints', 'list'),
  'endpoints list --json': { ...configured('endpoints', 'list', '--json'), here: true },
  'endpoints test': ask(['endpoints', 'test'], REFUSAL),
  'endpoints test --json': ask(['endpoints', 'test', '--json'], REFUSAL),
  'endpoints add': here(
    ...['endpoints', 'add', HOSTILE_WORD, '--url', HOSTILE_WORD, '--model', HOSTILE_WORD],
    ...['--provider', HOSTILE_WORD],
  ),
  'config print': configured('config', 'print'),
  'config print --json': { ...configured('config', 'print', '--json'), here: true },
  'config path': { ...configured('config', 'path', '--config', HOSTILE_WORD), here: true },
  'config trust': { ...configured('config', 'trust'), here: true },
  doctor: configured('doctor'),
  'doctor --json': configured('doctor', '--json'),
  'doctor, asking the endpoint': {
    async args() {
      const { url } = await harness.endpoint(REFUSAL);
      hostileConfig(url);
      return ['doctor', '--mode', 'openai', '--yes'];
    },
  },
  completion: here('completion', HOSTILE_WORD),
  man: here('man'),
  help: here('help', HOSTILE_WORD),
  'a command that there is not': here(HOSTILE_WORD),
  'a flag that there is not': here('ask', `--${HOSTILE_WORD}`),
  'a value that is none': here('ask', '--timeout', HOSTILE_WORD, 'hi'),
};

describe('a terminal receives no foreign control sequence', () => {
  test.concurrent.each(Object.entries(CASES))('%s', async (_name, { args, ...how }) => {
    const text = await written(await args(), how);
    expect(text.length).toBeGreaterThan(0);
    expect(text).not.toMatch(FORBIDDEN);
  });

  test.concurrent('each command has a case', async () => {
    const { stdout } = await harness.run(['--help']);
    const list = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm);
    const commands = Array.from(list, ([, name]) => name ?? '');
    expect(commands.length).toBeGreaterThan(10);
    const tried = Object.keys(CASES).map((name) => name.split(/[ ,]/)[0]);
    expect(commands.filter((name) => !tried.includes(name))).toEqual([]);
  });
});

test.concurrent('bidirectional controls are shown as marks', async () => {
  const { file, id } = savedHostility();
  for (const words of [
    ['show', id],
    ['export', id],
  ])
    expect(await written(['sessions', '--file', file, ...words], { here: true })).toContain('‹RLO›evil‹PDF›');
});

describe('a file or pipe receives the unchanged bytes', () => {
  test.concurrent('of an answer', async () => {
    await harness.endpoint(ANSWER);
    expect((await harness.run(['ask', 'hi'])).stdout).toBe(`${ALL_HOSTILE.toWellFormed()}\n`);
  });

  test.concurrent('of a saved conversation', async () => {
    const { file, id } = savedHostility();
    for (const words of [
      ['show', id],
      ['export', id],
    ]) {
      const { stdout } = await runHere(harness.sandbox, ['sessions', '--file', file, ...words]);
      expect(stdout).toContain(`\x1b]0;owned\x07\x1b]2;owned`);
      expect(stdout).toContain(LAST_LINE);
    }
  });
});

test.concurrent('joiners and variation selectors are kept when a conversation is listed, found or shown', async () => {
  const text = 'می\u200cخواهم क्\u200dष 👩‍👩‍👧 ❤\ufe0f';
  const file = join(harness.sandbox.dir, 'sessions.db');
  const store = openSessions(file);
  const { id } = store.create(text);
  store.append(id, { role: 'user', text: `needle ${text}`, parentId: null });
  store.close();
  for (const words of [['list'], ['search', 'needle'], ['show', id], ['export', id], ['rm', id]]) {
    expect(await written(['sessions', '--file', file, ...words], { here: true })).toContain(text);
  }
});
