import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRequestLog } from '../../../src/simulator/http/request-log.js';
import { folderForTest } from '../../support/run/temporary-folder.js';
import { constant, eventually, postChat, receive, simulatorForTest } from '../chat-client.js';

const SECRET = 'nobody writes this down';

const AT_ONCE = { ttft: constant(0), gap: constant(0) };

test('/stats reports requests, answers by model, statuses, faults, and the lateness of tokens', async () => {
  const simulator = await simulatorForTest({ settings: AT_ONCE });
  await receive(await postChat(simulator, { stream: true }));
  await receive(await postChat(simulator, { model: 'sim-fault-503' }));
  await receive(await fetch(`${simulator.url}/nothing`));
  const stats = async () => JSON.parse(await (await fetch(`${simulator.url}/stats`)).text());
  await eventually(() => simulator.stats().streamsOpen === 0);
  expect(await stats()).toMatchObject({
    requests: 4,
    streams_open: 0,
    tokens_sent: simulator.stats().tokensSent,
    statuses: { 200: 1, 404: 1, 503: 1 },
    models: { 'sim-instant': 1, 'sim-fault-503': 1 },
    faults: { 503: 1 },
    duration_ms: { count: 2 },
    late_ms: { count: expect.any(Number), p50: expect.any(Number) },
  });
  expect((await stats()).late_ms.count).toBeGreaterThan(0);
});

test('/metrics is in Prometheus’ text format for any model names', async () => {
  const simulator = await simulatorForTest({ settings: AT_ONCE });
  await receive(await postChat(simulator, { model: 'a "quoted" \\ name\nof two lines', max_tokens: 1 }));
  await eventually(() => simulator.stats().streamsOpen === 0);
  const response = await fetch(`${simulator.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^# (?:HELP|TYPE) \w+ .+$|^\w+(?:\{\w+="(?:[^"\\]|\\["\\n])*"\})? [\d.e+-]+$/);
  }
  // promtool complains about a figure without a description.
  const described = [...text.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name);
  expect([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name)).toEqual(described);
  expect(text).toContain(
    'vastar_simulator_answers_total{model="a \\"quoted\\" \\\\ name\\nof two lines"} 1\n',
  );
  expect(text).toContain('vastar_simulator_tokens_sent_total 1\n');
});

test('many invented model names cost bounded memory', async () => {
  const simulator = await simulatorForTest({ settings: AT_ONCE });
  const names = Array.from({ length: 250 }, (_, index) => `made-up-${index}`);
  await Promise.all(names.map(async (model) => receive(await postChat(simulator, { model, max_tokens: 1 }))));
  await eventually(() => simulator.stats().streamsOpen === 0);
  const { models } = JSON.parse(await (await fetch(`${simulator.url}/stats`)).text());
  expect(Object.keys(models).length).toBeLessThanOrEqual(200);
});

test('the log has a line for each request, with its timing and without its content', async () => {
  const folder = folderForTest();
  const file = join(folder, 'requests.jsonl');
  const log = await openRequestLog(file);
  let lines = 0;
  const simulator = await simulatorForTest({
    settings: AT_ONCE,
    onExchange(exchange) {
      log.write(exchange);
      lines += 1;
    },
  });
  const messages = [{ role: 'user', content: SECRET }];
  const headers = { authorization: `Bearer ${SECRET}` };
  const answer = await postChat(simulator, { messages, stream: true }, undefined, headers);
  await receive(answer);
  await receive(await postChat(simulator, { model: 'sim-fault-cut' }));
  await receive(await fetch(`${simulator.url}/health?key=${encodeURIComponent(SECRET)}`));
  await eventually(() => lines === 3);
  await log.close();
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain(SECRET);
  const [first, ...others] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    request_id: answer.headers.get('x-request-id'),
    method: 'POST',
    path: '/v1/chat/completions',
    model: 'sim-instant',
    status: 200,
    tokens: expect.any(Number),
    first_token_ms: expect.any(Number),
    duration_ms: expect.any(Number),
    latest_ms: expect.any(Number),
    completed: true,
  });
  expect(others).toMatchObject([
    { model: 'sim-fault-cut', fault: 'cut', status: 200 },
    { method: 'GET', path: '/health', status: 200, tokens: 0 },
  ]);
});

test('a log that cannot be written is reported', async () => {
  await expect(openRequestLog('/no/such/folder/log')).rejects.toThrow(
    /^The log \/no\/such\/folder\/log cannot be written: there is no such file or folder/,
  );
});
