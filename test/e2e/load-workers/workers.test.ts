import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, type Handler, serveScript, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run, start } = harness;

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two '), deltaOf('three'), FINISH, '[DONE]').join('');
const answer: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
};

interface Run {
  completed: number;
  failed: number;
  errors: { class: string; count: number }[];
  max_in_flight: number;
  itl_ms: { count: number } | null;
  attempts: { total: number };
  instrument: { workers: number };
}
const bench = async (...flags: string[]): Promise<Run> => {
  const { stdout, stderr } = await run(['bench', ...flags, '--json', '-']);
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { runs: [Run] }).runs[0];
};

test.concurrent.each(['direct', 'daemon'])(
  'three workers send each request of a closed loop once: %s',
  async (way) => {
    let served = 0;
    const upstream = await endpoint((request, response, raw) => {
      served += 1;
      if (served % 8 === 0) raw.socket.resetAndDestroy();
      else void answer(request, response, raw);
    });
    const report = await bench(
      ...['--requests', '200', '--concurrency', '10', '--workers', '3', '--through', way],
    );
    expect(upstream.requests).toHaveLength(200);
    expect(report).toMatchObject({
      completed: 175,
      failed: 25,
      errors: [{ class: 'Transient', count: 25 }],
      attempts: { total: 200 },
      instrument: { workers: 3 },
    });
  },
);

test.concurrent('the concurrency is shared by all workers', async () => {
  const held: (() => void)[] = [];
  await endpoint((request, response, raw) => {
    held.push(() => void answer(request, response, raw));
    if (held.length === 40) for (const each of held) each();
  });
  expect(await bench('--requests', '40', '--concurrency', '40', '--workers', '3')).toMatchObject({
    completed: 40,
    max_in_flight: 40,
  });
});

test.concurrent('several workers together send the same arrivals and prompts as one worker, in the same order, and do not count the warm-up', async () => {
  const file = join(harness.sandbox.dir, 'prompts.txt');
  writeFileSync(file, Array.from({ length: 50 }, (_, index) => `question ${index}\n`).join(''));
  const asked = async (...flags: string[]): Promise<{ question: string; intendedMs: string }[]> => {
    await endpoint(answer);
    const csv = join(harness.sandbox.dir, 'out.csv');
    const { code, stderr } = await run([
      ...['bench', '--rate', '100', '--requests', '40', '--prompts', file, '--csv', csv, ...flags],
      ...['--progress', 'none'],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const rows = readFileSync(csv, 'utf8').trimEnd().split('\n').slice(1);
    return rows
      .map((row) => row.split(','))
      .map((cells) => ({ question: cells[1] ?? '', intendedMs: cells[4] ?? '' }))
      .toSorted((one, other) => Number(one.question) - Number(other.question));
  };
  expect(await asked('--workers', '3', '--warmup', '4')).toEqual(await asked('--workers', '1'));
});

test.concurrent('prompts from stdin reach every worker', async () => {
  const upstream = await endpoint(answer);
  const flags = ['--requests', '6', '--concurrency', '3', '--workers', '3', '--prompts', '-'];
  const { code } = await run(['bench', ...flags], 'one\ntwo\nthree\n');
  const bodies = upstream.requests.map(({ body }) => /"content":"(\w+)"/.exec(body.toString())?.[1]);
  expect([code, bodies.toSorted()]).toEqual([0, ['one', 'one', 'three', 'three', 'two', 'two']]);
});

test.concurrent('the gaps of all workers form one distribution', async () => {
  const all = Promise.withResolvers<void>();
  const upstream = await endpoint(async (request, response, raw) => {
    if (upstream.requests.length === 3) all.resolve();
    // So each worker has one request. The wait is long enough for any client to read the first piece alone.
    await all.promise;
    const rest = sseEvents(deltaOf('b'), FINISH, '[DONE]').join('');
    return serveScript({ chunks: [...sseEvents(deltaOf('a')), rest], gapMs: 4000 })(request, response, raw);
  });
  const report = await bench('--requests', '3', '--concurrency', '3', '--workers', '3');
  expect(report).toMatchObject({ completed: 3, itl_ms: { count: 3 } });
});

test.concurrent('every worker stops waiting for a stalled server at the drain limit', async () => {
  const upstream = await endpoint((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvents(deltaOf('a')).join(''));
  });
  const report = await bench('--requests', '4', '--concurrency', '4', '--workers', '2', '--drain', '1');
  // If the server gets no CPU before the limit, it may read fewer requests.
  expect(upstream.requests.length).toBeLessThanOrEqual(4);
  expect(report).toMatchObject({ attempts: { total: 4 }, errors: [{ class: 'unfinished', count: 4 }] });
});

test.concurrent('a refused member is reported once', async () => {
  await endpoint((request, response, raw) => {
    if (!request.body.includes('stream_options')) return answer(request, response, raw);
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"Unrecognized request argument supplied: stream_options"}}');
  });
  const { stderr } = await run(['bench', '--requests', '8', '--concurrency', '4', '--workers', '2']);
  expect(stderr.match(/refuses stream_options/g)).toHaveLength(1);
});

test.concurrent('Ctrl+C prints the figures of all workers so far', async () => {
  let served = 0;
  const upstream = await endpoint((request, response, raw) => {
    served += 1;
    if (served <= 4) return answer(request, response, raw);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvents(deltaOf('a')).join(''));
  });
  const running = start(['bench', '--requests', '50', '--concurrency', '2', '--workers', '2', '--json', '-']);
  running.child.stdin.end();
  await upstream.request(5);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, runs: [{ completed: 4, failed: 0 }] });
});

test.concurrent('conditions use the requests of all workers', async () => {
  await endpoint(answer);
  const flags = ['--check', 'errors<1%', '--slo', 'ttft.p95<100s,ttft<100s'];
  const { stdout, code } = await run([
    ...['bench', '--requests', '30', '--concurrency', '6', '--workers', '3', '--json', '-'],
    ...flags,
  ]);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { runs: unknown }).runs).toMatchObject([
    {
      completed: 30,
      checks: [{ check: 'errors<1%', passed: true }],
      slo: [{ check: 'ttft.p95<100s', passed: true }],
    },
  ]);
});
