import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { groundForEach } from '../support/e2e.js';
import { runHere } from '../support/in-process.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../support/upstream.js';

const ground = groundForEach();
const { endpoint, run } = ground;
const path = (name: string): string => join(ground.place.dir, name);

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

/** Answers requests, but refuses one while the limit of running requests is reached. */
function upTo(most: number): Handler {
  let running = 0;
  return (_request, response) => {
    if (running >= most) {
      response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{"message":"too many"}}');
      return;
    }
    running += 1;
    setTimeout(() => {
      running -= 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
    }, 20);
  };
}

interface Level {
  load: number;
  kept: boolean | null;
  completed: number;
  requests_per_s: number;
}
interface Report {
  load: { search: unknown };
  runs: [
    {
      completed: number;
      turns: { turn: number }[];
      curve: { type: string; load: string; answer: Record<string, number | null> | null; levels: Level[] };
    },
  ];
}

test('a search finds the largest concurrency of a server and reports all tested loads', async () => {
  await endpoint(upTo(6));
  const slo = ['--slo', 'errors<5%', '--duration', '3'];
  const files = ['--json', 'found.json', '--csv', 'found.csv', '--html', 'found.html'];
  const { code, stdout } = await run(['bench', '--find-concurrency', '1-32', ...slo, ...files]);
  expect(stdout).toMatch(/The SLO is met up to 6 at a time \(99 % confidence: .*7 surely misses it\)/);
  expect(code).toBe(0);
  const { load, runs } = JSON.parse(readFileSync(path('found.json'), 'utf8')) as Report;
  expect(load.search).toMatchObject({ type: 'find', kind: 'concurrency', slo: 'errors<5%' });
  const { curve } = runs[0];
  expect(curve).toMatchObject({ type: 'find', load: 'concurrency', answer: { kept: 6, missed: 7 } });
  const loads = curve.levels.map((level) => level.load);
  expect(loads).toEqual(loads.toSorted((one, other) => one - other));
  for (const level of curve.levels) expect([level.load, level.kept]).toEqual([level.load, level.load <= 6]);
  const lines = readFileSync(path('found.csv'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(1 + curve.levels.length);
  expect(readFileSync(path('found.html'), 'utf8')).toContain('The SLO is met up to 6 at a time');
});

test('a sweep runs each load of its list, without an SLO', async () => {
  await endpoint(upTo(100));
  const { code, stdout } = await run([
    ...['bench', '--sweep', 'rate:40,20', '--arrivals', 'constant', '--duration', '1.5', '--json', '-'],
  ]);
  expect(code).toBe(0);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  expect(curve).toMatchObject({ type: 'sweep', answer: null, levels: [{ load: 20 }, { load: 40 }] });
  expect(curve.levels.map(({ kept }) => kept)).toEqual([null, null]);
  for (const { completed } of curve.levels) expect(completed).toBeGreaterThan(10);
});

/** Answers as `upTo`, and has a metrics page of vLLM with the running requests. */
function withMetrics(most: number): Handler {
  let running = 0;
  let prompts = 0;
  const answer = upTo(most);
  return (request, response, raw) => {
    if (request.path === '/metrics') {
      const page = `vllm:num_requests_running ${running}\nvllm:prompt_tokens_total ${prompts}\n`;
      response.writeHead(200, { 'content-type': 'text/plain' }).end(page);
      return;
    }
    running += 1;
    prompts += 10;
    response.on('close', () => {
      running -= 1;
    });
    return answer(request, response, raw);
  };
}

test("a sweep has the server's figures of each load", async () => {
  const upstream = await endpoint(withMetrics(100));
  const flags = [
    '--sweep',
    'concurrency:2,8',
    '--duration',
    '2.5',
    '--html',
    'sweep.html',
    '--csv',
    'sweep.csv',
  ];
  const { code, stdout, stderr } = await run([
    ...['bench', ...flags, '--json', 'sweep.json', '--server-metrics', `${upstream.url}/metrics`],
  ]);
  expect({ code, stderr: stderr.replace(/^.*at a time .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\nat the server\nat a time +running +max +prompt tok\n2 .*\/s\n8 .*\/s\n/);
  expect(stdout).toMatch(/\nserver +vLLM at .*\/metrics, \d+ pages/);
  const { runs } = JSON.parse(readFileSync(path('sweep.json'), 'utf8')) as {
    runs: [
      { curve: { levels: { server: Record<string, Record<string, number>> }[] }; server_metrics: unknown },
    ];
  };
  const running = runs[0].curve.levels.map(({ server }) => server.running?.mean ?? 0);
  expect(running[1]).toBeGreaterThan(running[0] ?? 0);
  for (const { server } of runs[0].curve.levels) expect(server.prompt_tokens?.per_s).toBeGreaterThan(0);
  expect(runs[0].server_metrics).toMatchObject({ server: 'vLLM', failed: 0 });
  const [head, low] = readFileSync(path('sweep.csv'), 'utf8').trim().split('\n');
  expect(head).toMatch(/,server_running_mean,server_running_max,.*,server_generation_tokens_per_s$/);
  expect(low?.split(',').length).toBe(head?.split(',').length);
});

test('a search for conversations counts them, and has the figures of each turn', async () => {
  await endpoint(upTo(4));
  const flags = ['--turns', '3', '--input-tokens', '5', '--slo', 'errors<5%', '--duration', '3'];
  const { code, stdout } = await run([
    'bench',
    '--find-concurrency',
    '1-16',
    ...flags,
    '--json',
    'found.json',
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain('the most conversations at a time that keep errors<5%');
  expect(stdout).toMatch(/The SLO is met up to 4 conversations at a time/);
  expect(stdout).toMatch(
    /\nturns at 4 conversations at a time\n +complete .*\nturn 1 .*\nturn 2 .*\nturn 3 /,
  );
  const { curve, turns } = (JSON.parse(readFileSync(path('found.json'), 'utf8')) as Report).runs[0];
  expect(curve).toMatchObject({ of: 'conversations', answer: { kept: 4, missed: 5 } });
  expect(turns.map(({ turn }) => turn)).toEqual([1, 2, 3]);
}, 30_000);

test('a sweep of conversation rates begins each load with its first turns', async () => {
  await endpoint(upTo(100));
  const turns = ['--turns', '2', '--input-tokens', '5', '--think-time', '0.1'];
  const { code, stdout } = await run([
    ...[
      'bench',
      '--sweep',
      'rate:5,20',
      ...turns,
      '--arrivals',
      'constant',
      '--duration',
      '2',
      '--json',
      '-',
    ],
  ]);
  expect(code).toBe(0);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  expect(curve).toMatchObject({ type: 'sweep', of: 'conversations', levels: [{ load: 5 }, { load: 20 }] });
  for (const { load, completed } of curve.levels) expect(completed).toBeGreaterThan(load * 1.9);
});

test('a service that meets the SLO at no load is reported, and the exit code is 1', async () => {
  await endpoint(upTo(0));
  const { code, stdout } = await run([
    ...['bench', '--find-concurrency', '1-4', '--slo', 'ttft.p95<1s', '--duration', '1'],
  ]);
  expect(stdout).toMatch(/No load meets the SLO: already 1 at a time misses it/);
  expect(code).toBe(1);
});

test.each([
  [['--find-rate'], /--find-rate needs --slo/],
  [['--find-rate', '9-3', '--slo', 'ttft<1s'], /two rates, the lower one first/],
  [['--find-concurrency', '1.5-3', '--slo', 'ttft<1s'], /two whole numbers/],
  [['--find-rate', '--rate', '3', '--slo', 'ttft<1s'], /cannot be used with option '--rate/],
  [['--find-rate', '--find-concurrency', '--slo', 'ttft<1s'], /cannot be used with option/],
  [
    ['--find-rate', '--slo', 'ttft<1s', '--shard', '1/2'],
    /--workers .* cannot be sharded, because each process/,
  ],
  [['--sweep', 'rate:1,2', '--shard', '1/2'], /run "bench --rate N --shard i\/n" for each load/],
  [['--sweep', 'speed:1,2'], /rate: or concurrency:/],
  [['--sweep', 'concurrency:1,0'], /rate: or concurrency:/],
  [['--sweep', 'concurrency:1,2', '--concurrency', '3'], /remove --concurrency/],
])('%j is refused before any request', async (flags, reason) => {
  const upstream = await endpoint(upTo(1));
  const { code, stderr } = await runHere(ground.place, ['bench', ...flags]);
  expect(stderr).toMatch(reason);
  expect(code).toBe(2);
  expect(upstream.requests).toHaveLength(0);
});
