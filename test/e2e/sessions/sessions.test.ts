import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSearch } from '../../support/programs/canary.js';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { type Script, sseEvents } from '../../support/servers/upstream.js';

const KEY = 'sk-canary-1f2e3d/+9';
const harness = harnessWithDaemon({ OPENAI_API_KEY: KEY });
const { run } = harness;
const endpoint = (script: Script) => harness.endpoint(script, '');

const sessions = (...args: string[]) => runHere(harness.sandbox, ['sessions', ...args]);
const delta = (content: string): string =>
  JSON.stringify({
    choices: [{ index: 0, delta: { content }, finish_reason: content === '' ? 'stop' : null }],
  });

test.concurrent('ask --session continues the session, which can be listed, found and exported', async () => {
  // A key that the endpoint repeats must not be saved.
  const upstream = await endpoint({
    chunks: sseEvents(delta('Paris'), delta(` ${KEY}`), delta(''), '[DONE]'),
  });
  const first = await run(['ask', '--session', 'geography', 'Capital of France?']);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect((await run(['ask', '--session', 'geography', 'And of Peru?'])).code).toBe(0);

  const [session] = JSON.parse((await sessions('list', '--json')).stdout);
  expect(session).toMatchObject({ title: 'geography', messages: 4, exchanges: 2 });
  const shown = await sessions('show', session.id.slice(0, 4));
  expect(shown.stdout).toMatch(/Capital of France\?\n\n--- assistant.*\nParis/);
  const asked = JSON.parse((await upstream.request(1)).body.toString()).messages;
  expect(asked.map(({ content }: { content: string }) => content)).toEqual([
    'Capital of France?',
    'Paris [key removed]',
    'And of Peru?',
  ]);
  expect((await sessions('search', 'peru', 'ttft<20s')).stdout).toMatch(
    /user, TTFT \d+(\.\d)? m?s: And of Peru\?/,
  );
  expect(await sessions('search', 'peru speed>5')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no filter "speed". Use ttft, e2e, tokens,'),
  });
  expect((await sessions('show', 'geography')).stdout).toBe(shown.stdout);
  expect(await sessions('rm', 'history')).toMatchObject({ code: 2, stdout: '' });
  expect(await sessions('search', 'wombat')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'vastar-tui: nothing found\n',
  });
  expect(await sessions('search', '--json', 'wombat')).toMatchObject({ code: 1, stdout: '[]\n' });
  expect(await sessions('search', 'peru', 'outcome:brilliant')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('outcome:brilliant: use one of complete,'),
  });
  expect(await sessions('search', 'peru error:')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('give the last filter a value'),
  });

  const outputs = await Promise.all(
    ['md', 'json', 'jsonl', 'har', 'csv'].map((format) => sessions('export', '--all', '--format', format)),
  );
  for (const { code, stdout } of outputs) {
    expect(code).toBe(0);
    expect(stdout).toContain('geography');
  }
  const data = join(harness.sandbox.dir, '.local', 'share', 'vastar-tui', 'sessions');
  const saved = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'));
  for (const form of [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64')]) {
    for (const text of [...saved, ...outputs.map(({ stdout }) => stdout)]) expect(text).not.toContain(form);
  }
});

test.concurrent('several simultaneous questions to a new session create one session', async () => {
  await endpoint({ chunks: sseEvents(delta('yes'), delta(''), '[DONE]') });
  const asked = await Promise.all(
    ['1', '2', '3', '4'].map((words) => run(['ask', '--session', 'new', words])),
  );
  expect(asked.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(JSON.parse((await sessions('list', '--json')).stdout)).toMatchObject([
    { title: 'new', messages: 8 },
  ]);
});

test.concurrent('saved answers can be replayed with their original pieces and times', async () => {
  const printed = Promise.withResolvers<void>();
  await endpoint({
    chunks: sseEvents(delta('Yes, '), delta('gladly.'), delta(''), '[DONE]'),
    async onSend(index) {
      if (index !== 1) return;
      await printed.promise;
      await sleep(150);
    },
  });
  const asking = harness.start(['ask', '--session', 'one', 'q']);
  asking.child.stdin.end();
  await asking.untilStdout(/Yes, /);
  printed.resolve();
  await asking.ended;
  harness.sandbox.writeConfig('openai:\n  base_url: http://127.0.0.1:1\nsimulator:\n  enabled: false\n');
  await run(['ask', '--session', 'one', 'and then?']);
  const [{ id }] = JSON.parse((await sessions('list', '--json')).stdout);
  const exported = await sessions('export', id, '--format', 'recording', '--output', 'one.jsonl');
  expect(exported).toMatchObject({
    code: 0,
    stderr: 'vastar-tui: omitted 1 of 2 exchanges: they have no times of an answer\n',
  });
  const { code, stdout } = await run(['replay', 'one.jsonl', '--json']);
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const deltas = lines.filter(({ type }) => type === 'delta');
  expect(deltas.map(({ text }) => text)).toEqual(['Yes, ', 'gladly.']);
  expect(deltas[1].t_ms).toBeGreaterThan(148);
  expect(lines.at(-1)).toMatchObject({ type: 'done', outcome: 'complete', finish_reason: 'stop' });
});

test.concurrent('a turn with an image, tool calls and results is saved completely, can continue, and can be replayed', async () => {
  const call = (args: string, name?: string) =>
    JSON.stringify({
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [{ index: 0, ...(name && { id: 'call_1' }), function: { name, arguments: args } }],
          },
          finish_reason: name ? null : 'tool_calls',
        },
      ],
    });
  const answers = [
    [call('{"at":', 'get_weather'), call('"Paris"}')],
    [delta('It rains.'), delta('')],
    [delta('As I said.'), delta('')],
  ];
  const upstream = await harness.endpoint((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(sseEvents(...(answers.shift() ?? []), '[DONE]').join(''));
  }, '');
  const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
  writeFileSync(join(harness.sandbox.dir, 'dot.png'), png);
  writeFileSync(join(harness.sandbox.dir, 'tools.json'), '[{"name":"get_weather"}]');
  writeFileSync(join(harness.sandbox.dir, 'results'), 'rain\n');
  const turn = [
    '--system',
    'Be brief.',
    '--image',
    'dot.png',
    '--tools',
    'tools.json',
    '--tool-results',
    'results',
  ];
  expect((await run(['ask', '--session', 'trip', 'Weather?', ...turn])).stdout).toBe('It rains.\n');
  expect((await run(['ask', '--session', 'trip', 'Again?'])).code).toBe(0);

  const bodies = upstream.requests.map(({ body }) => JSON.parse(body.toString()));
  // The history is sent again unchanged.
  expect(bodies[2].messages.slice(0, 3)).toEqual(bodies[1].messages.slice(1));
  expect(bodies[2].messages.slice(3)).toEqual([
    { role: 'assistant', content: 'It rains.' },
    { role: 'user', content: 'Again?' },
  ]);
  const [{ id }] = JSON.parse((await sessions('list', '--json')).stdout);
  const { messages, exchanges } = JSON.parse((await sessions('show', id, '--json')).stdout);
  expect(messages).toMatchObject([
    { role: 'user', attachments: [{ name: 'dot.png', type: 'image/png', size: 12 }] },
    {
      role: 'assistant',
      toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"at":"Paris"}' }],
      finishReason: 'tool_calls',
    },
    { role: 'tool', text: 'rain', toolCallId: 'call_1' },
    { role: 'assistant', text: 'It rains.', finishReason: 'stop' },
    { role: 'user' },
    { role: 'assistant' },
  ]);
  expect(exchanges.map(({ questionId }: { questionId: number }) => questionId)).toEqual([1, 3, 5]);
  const { entries } = JSON.parse((await sessions('export', id, '--format', 'har')).stdout).log;
  expect(JSON.parse(entries[1].request.postData.text).messages).toEqual(bodies[1].messages);
  const shown = (await sessions('show', id)).stdout;
  for (const text of [
    'attached: dot.png, image/png, 12 B',
    'calls get_weather {"at":"Paris"} (call_1)',
    /--- tool .*call_1\nrain\n/,
  ])
    expect(shown).toMatch(text);

  await sessions('export', id, '--format', 'recording', '--output', 'trip.jsonl');
  const { stdout } = await run(['replay', 'trip.jsonl', '--json']);
  const replayed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(replayed.filter(({ type }) => type === 'tool_call').map((one) => one.arguments)).toEqual([
    '{"at":',
    '"Paris"}',
  ]);
  expect(replayed.find(({ type }) => type === 'done')).toMatchObject({
    finish_reason: 'tool_calls',
    tool_calls: [{ id: 'call_1', name: 'get_weather', arguments: '{"at":"Paris"}' }],
  });
});

test.concurrent.each(['chat-completions', 'responses', 'anthropic'])(
  'HAR has the sent request and the response with its headers: %s',
  async (api) => {
    const headers = { 'set-cookie': 'a=secret-cookie', 'x-said': KEY, 'x-request-id': 'req_1' };
    const upstream = await endpoint({ headers, chunks: sseEvents(delta('Paris'), delta(''), '[DONE]') });
    harness.sandbox.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api: ${api}\n  query: { version: "1", sig: "${KEY}" }\n` +
        '  body: { metadata: { team: blue } }\nsimulator:\n  enabled: false\n',
    );
    await run(['ask', '--session', 't', '--system', 'Be brief.', 'Capital of France?']);
    const { stdout } = await sessions('export', '--all', '--format', 'har');
    const [{ request, response }] = JSON.parse(stdout).log.entries;
    const seen = await upstream.request(0);
    expect(JSON.parse(request.postData.text)).toEqual(JSON.parse(seen.body.toString()));
    const sent: [string, string][] = request.headers.map(({ name, value }: Record<string, string>) => [
      name,
      value,
    ]);
    const { host: _, connection: __, 'content-length': ___, ...others } = seen.headers;
    expect(Object.keys(Object.fromEntries(sent)).sort()).toEqual(Object.keys(others).sort());
    expect(request.queryString).toContainEqual({ name: 'version', value: '1' });
    expect(response.headers[0]).toEqual({ name: 'x-request-id', value: 'req_1' });
    expect(response.headers).toContainEqual({ name: 'set-cookie', value: '[hidden]' });
    const secrets = createSearch([KEY, 'secret-cookie']);
    expect(secrets.inText('the export', stdout)).toEqual([]);
    expect(secrets.inFolder(harness.sandbox.dir, ['config.yaml']).found).toEqual([]);
  },
);

test.concurrent('a session can be deleted, restored, exported to a file and imported elsewhere', async () => {
  await endpoint({ chunks: sseEvents(delta('yes'), delta(''), '[DONE]') });
  await run(['ask', '--session', 'one', 'q']);
  const [{ id }] = JSON.parse((await sessions('list', '--json')).stdout);
  expect((await sessions('rm', id)).stdout).toBe(
    `deleted ${id} one  (undo: vastar-tui sessions restore ${id})\n`,
  );
  expect((await sessions('list')).stdout).toBe('');
  expect((await sessions('restore', id)).stdout).toBe(`restored ${id} one\n`);
  await sessions('rm', id);
  expect((await sessions('restore', 'one')).stdout).toBe(`restored ${id} one\n`);
  expect((await sessions('export', id, '--format', 'json', '--output', 'one.json')).code).toBe(0);
  expect(await sessions('export', id, '--output', 'one.json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('name a new file: --output one.json exists already'),
  });
  const imported = await sessions(
    '--file',
    join(harness.sandbox.dir, 'other', 'sessions.db'),
    'import',
    'one.json',
  );
  expect(imported).toMatchObject({ code: 0, stdout: `${id}  one\n` });
  expect((await sessions('rm', '--purge', id)).code).toBe(0);
  expect((await sessions('list', '--deleted')).stdout).toBe('');
});

test.concurrent('conversations of another program are previewed before the import and imported once', async () => {
  const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'imports');
  const chatgpt = join(fixtures, 'chatgpt.json');
  const tried = await sessions('import', '--dry-run', chatgpt);
  expect(tried).toMatchObject({
    code: 0,
    stdout: '2025-06-15  Weather in Paris  (6 messages, 2 branches)\n',
    stderr: expect.stringContaining('is an export of ChatGPT; nothing was added'),
  });
  expect((await sessions('list')).stdout).toBe('');
  const added = await sessions('import', chatgpt);
  expect(added).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^[0-9a-f]{12} {2}Weather in Paris\n$/),
  });
  expect(await sessions('import', chatgpt)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'vastar-tui: 1 of 1 exist already, and stay unchanged\n',
  });
  expect(JSON.parse((await sessions('list', '--json')).stdout)).toMatchObject([
    { title: 'Weather in Paris', messages: 6, model: 'o3', usedMs: 1_750_000_400_500 },
  ]);
  expect((await sessions('search', 'weather')).stdout).toContain('Weather in Paris');
  const empty = JSON.stringify([{ id: 'e', inserted_at: '2025-02-01T10:00:00Z', mapping: {} }]);
  writeFileSync(join(harness.sandbox.dir, 'empty.json'), empty);
  expect(await sessions('import', 'empty.json')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'vastar-tui: nothing to add: no conversation in it has messages\n',
  });

  const logs = join(harness.sandbox.dir, 'logs.db');
  const sqlite = new DatabaseSync(logs);
  sqlite.exec(readFileSync(join(fixtures, 'llm-responses.sql'), 'utf8'));
  sqlite.close();
  expect((await sessions('import', logs)).stdout).toMatch(/What is in it\?\n.*Alone\n$/);
  const piped = await run(
    ['sessions', 'import', '-'],
    readFileSync(join(fixtures, 'messages.jsonl'), 'utf8'),
  );
  expect(piped.stdout).toMatch(/^[0-9a-f]{12} {2}What is it\?\n$/);
  const har = JSON.parse((await sessions('export', '--all', '--format', 'har')).stdout);
  expect(har.log.entries).toEqual([]);
});

test.concurrent('several exports are imported at once, or none of them when one is unreadable', async () => {
  const fixture = (name: string) => join(import.meta.dirname, '..', '..', 'fixtures', 'imports', name);
  const notes = join(harness.sandbox.dir, 'notes.json');
  writeFileSync(notes, '{"a":1}');
  expect(await sessions('import', fixture('chatgpt.json'), notes)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/notes\.json: import a file of a known format .*: its format is unknown/),
  });
  expect((await sessions('list')).stdout).toBe('');
  // As from PowerShell.
  writeFileSync(notes, readFileSync(fixture('messages.json'), 'utf8').replace(/^/, '\u{feff}'), 'utf16le');
  const added = await sessions('import', fixture('chatgpt.json'), notes, fixture('chatgpt.json'));
  expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('1 of 1 exist already') });
  expect(added.stdout).toMatch(/^\S+ {2}Weather in Paris\n\S+ {2}What is it\?\n$/);
});

test.concurrent('exporting, importing and exporting all sessions again yields the same file', async () => {
  await endpoint({ chunks: sseEvents(delta('yes'), delta(''), '[DONE]') });
  await run(['ask', '--session', 'one', 'q']);
  await run(['ask', '--session', 'two', 'q']);
  const exported = (await sessions('export', '--all', '--format', 'json')).stdout;
  writeFileSync(join(harness.sandbox.dir, 'all.json'), exported);
  const elsewhere = ['--file', join(harness.sandbox.dir, 'other.db')];
  expect((await sessions(...elsewhere, 'import', 'all.json')).code).toBe(0);
  expect((await sessions(...elsewhere, 'export', '--all', '--format', 'json')).stdout).toBe(exported);

  const [{ id }] = JSON.parse(exported).sessions;
  expect((await sessions('rename', id, 'the second')).stdout).toBe(`renamed ${id} the second\n`);
  expect(await sessions('rename', id, '')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It is empty.'),
  });
});

test.concurrent('an error is one line, without a stack', async () => {
  writeFileSync(join(harness.sandbox.dir, 'notes.txt'), 'dear diary');
  const told = async (...args: string[]) => {
    const { code, stdout, stderr } = await sessions(...args);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
    return [code, stderr.split('\n')[0]];
  };
  expect(await told('show', 'abc')).toEqual([2, expect.stringContaining('there is no session abc')]);
  expect(await told('restore', 'abc')).toEqual([
    2,
    'vastar-tui: find the id with "vastar-tui sessions list --deleted": there is no deleted session abc',
  ]);
  expect(await told('show', '')).toEqual([2, expect.stringContaining('It is empty')]);
  expect(await told('search', ' ')).toEqual([2, expect.stringContaining('give words to search for')]);
  expect(await told('export')).toEqual([2, expect.stringContaining('nothing to export')]);
  expect(await told('import', 'notes.txt')).toEqual([2, expect.stringContaining('its format is unknown')]);
  writeFileSync(join(harness.sandbox.dir, 'newer.json'), '{"format":"vastar-tui/sessions","version":3}');
  expect(await told('import', 'newer.json')).toEqual([
    2,
    expect.stringContaining('its version is 3, and this program knows up to 2: update it'),
  ]);
  expect(await told('import', 'none.json')).toEqual([2, expect.stringContaining('there is no such file')]);
  expect(await told('import', '.')).toEqual([
    2,
    expect.stringContaining('give the files in it, as ./*.json'),
  ]);
  expect(await told('--file', 'notes.txt', 'list')).toEqual([
    1,
    expect.stringContaining('it is not a file of saved sessions'),
  ]);
  expect(await told('--file', '/proc/none/here', 'list')).toEqual([
    2,
    expect.stringContaining('no such file or folder'),
  ]);
  expect(await told('--file', 'typo.db', 'list')).toEqual([
    2,
    expect.stringContaining('--file typo.db cannot be read: there is no such file'),
  ]);
  expect(readdirSync(harness.sandbox.dir).filter((name) => name.startsWith('typo'))).toEqual([]);
  expect(await told('list', '--limit', '-3')).toEqual([
    2,
    expect.stringContaining('Give a number from 1 up'),
  ]);
});
