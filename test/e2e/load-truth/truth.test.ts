import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { CLI, NODE } from '../../support/programs/program.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run } = harness;

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two '), deltaOf('three'), FINISH, '[DONE]').join('');

const answer = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
};
const refuse = (response: ServerResponse, status: number, message: string): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
};

interface Run {
  completed: number;
  failed: number;
  duration_ms: number;
  max_in_flight: number;
  unsent: number;
  attempts: { total: number; retried_requests: number; retries_ms: number; replaced: number };
  errors: { class: string; count: number }[];
  instrument: { event_loop_delay_ms: { p99: number }; warnings: string[] };
}
const bench = async (...flags: string[]): Promise<{ run: Run; code: number | null; load: object }> => {
  const { code, stdout } = await run(['bench', ...flags, '--json', '-']);
  const { runs, load } = JSON.parse(stdout) as { runs: [Run]; load: object };
  return { run: runs[0], code, load };
};
const classes = ({ errors }: Run): Record<string, number> =>
  Object.fromEntries(errors.map((error) => [error.class, error.count]));

test.concurrent.each(['direct', 'daemon'])(
  'a failing server receives every request once: %s',
  async (way) => {
    const upstream = await endpoint((_request, response) => refuse(response, 503, 'overloaded'));
    const { run, code, load } = await bench('--requests', '200', '--concurrency', '20', '--through', way);
    expect(upstream.requests).toHaveLength(200);
    expect(run).toMatchObject({ completed: 0, failed: 200, errors: [{ class: 'Transient', count: 200 }] });
    expect([code, load]).toEqual([1, expect.objectContaining({ through: way, policies: false })]);
  },
);

test.concurrent('a direct run starts no daemon', async () => {
  await endpoint((_request, response) => answer(response));
  expect((await bench('--requests', '2')).run.completed).toBe(2);
  expect(existsSync(harness.sandbox.socketPath)).toBe(false);
});

test.concurrent('--policies retries failed attempts and reports their time', async () => {
  let served = 0;
  const upstream = await endpoint((_request, response) => {
    served += 1;
    if (served === 1) refuse(response, 503, 'overloaded');
    else answer(response);
  });
  const { run } = await bench('--requests', '3', '--through', 'daemon', '--policies');
  expect(upstream.requests).toHaveLength(4);
  expect(run).toMatchObject({ completed: 3, failed: 0, attempts: { total: 4, retried_requests: 1 } });
  expect(run.attempts.retries_ms).toBeGreaterThan(0);
});

test.concurrent('the report counts one failure in eight exactly', async () => {
  let served = 0;
  const upstream = await endpoint((_request, response) => {
    served += 1;
    if (served % 8 === 0) refuse(response, 500, 'broken');
    else answer(response);
  });
  const { run } = await bench('--requests', '200', '--concurrency', '10');
  expect(upstream.requests).toHaveLength(200);
  expect(run).toMatchObject({ completed: 175, failed: 25, errors: [{ class: 'Transient', count: 25 }] });
});

test.concurrent('429 answers have their own error class, and arrivals keep the given rate', async () => {
  let served = 0;
  const upstream = await endpoint((_request, response) => {
    served += 1;
    if (served % 2 === 0) refuse(response, 429, 'slow down');
    else answer(response);
  });
  const { run } = await bench('--requests', '60', '--rate', '200');
  expect(upstream.requests).toHaveLength(60);
  expect(run.completed).toBe(30);
  expect(classes(run)).toEqual({ RateLimited: 30 });
});

test.concurrent.each(['direct', 'daemon'])(
  'one dropped connection in eight is one failure in eight: %s',
  async (way) => {
    let served = 0;
    const upstream = await endpoint((_request, response, raw) => {
      served += 1;
      if (served % 8 === 0) raw.socket.resetAndDestroy();
      else answer(response);
    });
    const { run } = await bench('--requests', '200', '--concurrency', '10', '--through', way);
    expect(upstream.requests).toHaveLength(200);
    expect(run).toMatchObject({
      completed: 175,
      failed: 25,
      errors: [{ class: 'Transient', count: 25 }],
      attempts: { total: 200, retried_requests: 0, replaced: 0 },
    });
  },
);

test.concurrent('--policies replaces a dead connection, and the report counts every request that reached the server', async () => {
  let served = 0;
  const upstream = await endpoint((_request, response, raw) => {
    served += 1;
    if (served === 3) raw.socket.resetAndDestroy();
    else answer(response);
  });
  const { run } = await bench('--requests', '5', '--through', 'daemon', '--policies');
  expect(upstream.requests).toHaveLength(6);
  expect(run).toMatchObject({ completed: 5, failed: 0, attempts: { total: 5, replaced: 1 } });
});

test.concurrent('bench compare shows each figure of two reports, and exits with 1 after a regression', async () => {
  await endpoint((_request, response) => answer(response));
  const path = (name: string): string => join(harness.sandbox.dir, name);
  await run(['bench', '--requests', '60', '--concurrency', '60', '--json', 'before.json']);
  const report = JSON.parse(readFileSync(path('before.json'), 'utf8')) as {
    runs: [{ samples: { ttft_ms: number[] } }];
  };
  const { samples } = report.runs[0];
  const longest = Math.max(...samples.ttft_ms);
  samples.ttft_ms = samples.ttft_ms.map((ms) => ms + 2 * longest);
  writeFileSync(path('after.json'), JSON.stringify(report));
  const compare = (...args: string[]) => runHere(harness.sandbox, ['bench', 'compare', ...args]);
  const worse = await compare('before.json', 'after.json', '--tolerance', '10');
  expect(worse.code).toBe(1);
  expect(worse.stdout).toMatch(/ttft\.p50 .*worse, more than the tolerance/);
  const same = await compare('before.json', 'before.json');
  expect(same.code).toBe(0);
  expect(same.stdout).toMatch(/ttft\.p50 .*no difference shown/);
  const json = await compare('before.json', 'before.json', '--json', '-');
  expect(JSON.parse(json.stdout)).toMatchObject({ regression: false, runs: [{ after: { mode: 'openai' } }] });
  const none = await compare('before.json', 'none.json');
  expect([none.code, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toMatch(/none\.json cannot be read/);
});

const stall: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(sseEvents(deltaOf('a')).join(''));
};

test.concurrent('answers of a stalled server are cut off at the drain limit as unfinished and do not affect rates', async () => {
  const upstream = await endpoint(stall);
  const { run } = await bench('--duration', '0.3', '--concurrency', '3', '--drain', '0.3');
  expect(run.attempts.total).toBe(3);
  // A server that gets no CPU until the limit may read fewer.
  expect(upstream.requests.length).toBeLessThanOrEqual(3);
  expect(classes(run)).toEqual({ unfinished: 3 });
  expect(run.duration_ms).toBe(300);
});

test.concurrent('--answer-timeout ends an answer, and the next request is sent', async () => {
  const upstream = await endpoint(stall);
  const { run } = await bench('--requests', '4', '--concurrency', '2', '--answer-timeout', '1');
  // A server that gets no CPU until the limit may read fewer.
  expect(upstream.requests.length).toBeLessThanOrEqual(4);
  expect(run).toMatchObject({ completed: 0, failed: 4, max_in_flight: 2 });
  expect(classes(run)).toEqual({ Timeout: 4 });
});

// Not at the same time as others, because it needs all the processor time and many open files.
test.each(['direct', 'daemon'])('3,000 requests at a time are 3,000 at the server: %s', async (way) => {
  const held: ServerResponse[] = [];
  const upstream = await endpoint((_request, response) => {
    held.push(response);
    if (held.length === 3000) for (const each of held) answer(each);
  });
  // The server responds only when the last request has arrived, which may take longer than the usual limit on a busy
  // machine.
  const limit = ['--timeout', '170'];
  const { run } = await bench('--requests', '3000', '--concurrency', '3000', '--through', way, ...limit);
  expect(upstream.requests).toHaveLength(3000);
  expect(run).toMatchObject({ completed: 3000, failed: 0, max_in_flight: 3000 });
});

test.concurrent('a concurrency above the limit of open files is refused, and the error names the limit to set', () => {
  const command = `ulimit -n 256 && exec "${NODE}" "${CLI}" bench --concurrency 300 --mode simulator`;
  const { env, dir } = harness.sandbox;
  const { status, stderr } = spawnSync('sh', ['-c', command], { env, cwd: dir, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/raise the limit of open files \(ulimit -n 364\).*may only open 256/);
});
