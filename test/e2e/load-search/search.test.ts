import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { groundForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const ground = groundForEach();
const { endpoint, run } = ground;
const path = (name: string): string => join(ground.place.dir, name);

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

/** After this time without a further request, in ms, all requests that wait are answered. */
const QUIET_MS = 50;

/**
 * Answers requests, but refuses one while the limit of running requests is reached. The number of running requests is
 * therefore the client's concurrency, whatever the speed of the machine: the server answers one request when it refuses
 * another, and otherwise only after the client has sent its last.
 */
function upTo(most: number): Handler {
  const waiting = new Set<ServerResponse>();
  let came = 0;
  const answerFirst = (): void => {
    const [first] = waiting;
    if (first !== undefined) waiting.delete(first);
    first?.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
  };
  return (_request, response) => {
    came += 1;
    const before = came;
    if (waiting.size < most) {
      waiting.add(response);
      response.once('close', () => waiting.delete(response));
    } else {
      response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{"message":"too many"}}');
      answerFirst();
    }
    setTimeout(() => {
      // Requests that came while this process had no CPU are read first.
      setImmediate(() => {
        if (came === before) while (waiting.size > 0) answerFirst();
      });
    }, QUIET_MS);
  };
}

/** Answers each request after a while. */
const slowly: Handler = (_request, response) => {
  setTimeout(() => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE), 20);
};

interface Level {
  load: number;
  kept: boolean | null;
  completed: number;
  failed: number;
  warmup_requests: number;
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

test.concurrent('a search finds the largest concurrency of a server and reports all tested loads', async () => {
  await endpoint(upTo(6));
  const slo = ['--slo', 'errors<5%', '--duration', '20'];
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

test.concurrent('a sweep runs each load of its list, without an SLO', async () => {
  const { requests } = await endpoint(slowly);
  const { code, stdout } = await run([
    ...['bench', '--sweep', 'rate:40,20', '--arrivals', 'constant', '--duration', '1.5', '--json', '-'],
    ...['--html', 'sweep.html'],
  ]);
  expect(code).toBe(0);
  const [, table = ''] =
    /<table class="loads">(.*?)<\/table>/s.exec(readFileSync(path('sweep.html'), 'utf8')) ?? [];
  const rows = [...table.matchAll(/<tr class="(\w*)"><th scope="row">(\d+)</g)];
  expect(rows.map(([, shown, load]) => [load, shown])).toEqual([
    ['20', ''],
    ['40', 'shown'],
  ]);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  expect(curve).toMatchObject({ type: 'sweep', answer: null, levels: [{ load: 20 }, { load: 40 }] });
  expect(curve.levels.map(({ kept }) => kept)).toEqual([null, null]);
  expect(curve.levels.map(allOf)).toEqual([30, 60]);
  expect(requests).toHaveLength(90);
});

test.concurrent('each load of a sweep continues in the list of prompts where the previous load ended', async () => {
  const { requests } = await endpoint(slowly);
  const prompts = Array.from({ length: 200 }, (_, index) => `question ${index}`);
  writeFileSync(path('prompts.txt'), prompts.join('\n'));
  const { code } = await run([
    ...[
      'bench',
      '--sweep',
      'rate:20,10,30',
      '--arrivals',
      'constant',
      '--duration',
      '1',
      '--prompts',
      'prompts.txt',
    ],
  ]);
  expect(code).toBe(0);
  const asked = requests.map(({ body }) => /question \d+/.exec(body.toString())?.[0] ?? '');
  expect(asked.toSorted()).toEqual(prompts.slice(0, 60).toSorted());
});

/** Returns the number of a load's requests. */
const allOf = ({ completed, failed, warmup_requests }: Level): number => completed + failed + warmup_requests;

test.concurrent("a sweep has the server's figures of each load", async () => {
  /** The prompt tokens on each page of the server. The page has its number as that of the running requests. */
  const tokens: number[] = [];
  let prompts = 0;
  const upstream = await endpoint((request, response, raw) => {
    if (request.path !== '/metrics') {
      prompts += 10;
      return slowly(request, response, raw);
    }
    tokens.push(prompts);
    const page = `vllm:num_requests_running ${tokens.length}\nvllm:prompt_tokens_total ${prompts}\n`;
    response.writeHead(200, { 'content-type': 'text/plain' }).end(page);
  });
  const files = ['--html', 'sweep.html', '--csv', 'sweep.csv', '--json', 'sweep.json'];
  const load = ['--sweep', 'concurrency:2,8', '--duration', '2.5', '--progress', 'none'];
  const { code, stdout, stderr } = await run([
    ...['bench', ...load, ...files, '--server-metrics', `${upstream.url}/metrics`],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\nat the server\nat a time +running +max +prompt tok\n2 .*\/s\n8 .*\/s\n/);
  expect(stdout).toMatch(/\nserver +vLLM at .*\/metrics, \d+ pages/);
  const { runs } = JSON.parse(readFileSync(path('sweep.json'), 'utf8')) as {
    runs: [{ curve: { levels: { server: Record<string, Figure> }[] }; server_metrics: unknown }];
  };
  let last = 0;
  for (const { server } of runs[0].curve.levels) {
    const { running, prompt_tokens } = server;
    if (running === undefined || prompt_tokens === undefined) throw new Error('no figures');
    // Each load has its own pages, and later pages have higher numbers.
    expect(running.start).toBeGreaterThan(last);
    expect(running.end).toBeGreaterThan(running.start);
    expect(running.max).toBe(running.end);
    last = running.end;
    const [from = Number.NaN, to = Number.NaN] = [tokens[running.start - 1], tokens[running.end - 1]];
    expect(prompt_tokens).toMatchObject({ start: from, end: to, total: to - from });
    expect(prompt_tokens.per_s).toBeGreaterThan(0);
  }
  expect(last).toBe(tokens.length);
  expect(runs[0].server_metrics).toMatchObject({ server: 'vLLM', failed: 0 });
  const [head, low] = readFileSync(path('sweep.csv'), 'utf8').trim().split('\n');
  expect(head).toMatch(/,server_running_mean,server_running_max,.*,server_generation_tokens_per_s$/);
  expect(low?.split(',').length).toBe(head?.split(',').length);
});

/** One of a server's figures in a load. */
interface Figure {
  start: number;
  end: number;
  max: number;
  per_s: number;
}

test.concurrent('a search with conversations finds a number of conversations, and reports the figures of each turn', async () => {
  await endpoint(upTo(4));
  const flags = ['--turns', '3', '--input-tokens', '5', '--slo', 'errors<5%', '--duration', '20'];
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
});

test.concurrent('a sweep of conversation rates begins each load with its first turns', async () => {
  const { requests } = await endpoint(slowly);
  const turns = ['--turns', '2', '--input-tokens', '5', '--think-time', '0.1'];
  const { code, stdout } = await run([
    ...['bench', '--sweep', 'rate:5,20', ...turns, '--arrivals', 'constant', '--duration', '2'],
    ...['--json', '-'],
  ]);
  expect(code).toBe(0);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  expect(curve).toMatchObject({ type: 'sweep', of: 'conversations', levels: [{ load: 5 }, { load: 20 }] });
  // In two seconds, 10 and 40 conversations begin. On a slow machine, second turns may come too late to be sent.
  const first = requests.filter(({ body }) => !body.includes('"assistant"'));
  expect(first).toHaveLength(50);
  const [low = 0, high = 0] = curve.levels.map(allOf);
  expect(low).toBeGreaterThanOrEqual(10);
  expect(high).toBeGreaterThanOrEqual(40);
  expect(low + high).toBe(requests.length);
});

test.concurrent('a backlog that a load leaves behind does not make the next loads miss the SLO', async () => {
  let freeMs = 0;
  await endpoint((_request, response) => {
    // A single worker also works for clients that have gone.
    freeMs = Math.max(freeMs, performance.now()) + 20;
    setTimeout(
      () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE),
      freeMs - performance.now(),
    );
  });
  const { stdout } = await run([
    ...['bench', '--find-rate', '40-80', '--slo', 'ttft.p50<100ms', '--arrivals', 'constant'],
    ...['--duration', '3', '--json', '-'],
  ]);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  const missed = curve.levels.filter(({ kept }) => kept === false);
  // The worker can do 50/s. 80/s leaves work of 1.8 s behind, which the loads between 40/s and 50/s never catch up with.
  expect(curve.answer?.kept).toBeGreaterThan(42);
  expect(missed.length).toBeGreaterThan(0);
});

test.concurrent('a service that meets the SLO at no load is reported, and the exit code is 1', async () => {
  await endpoint(upTo(0));
  const { code, stdout } = await run([
    ...['bench', '--find-concurrency', '1-4', '--slo', 'ttft.p95<1s', '--duration', '1'],
  ]);
  expect(stdout).toMatch(/No load meets the SLO: already 1 at a time misses it/);
  expect(code).toBe(1);
});

test.concurrent.each([
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
