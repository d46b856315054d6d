import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run } = harness;
const path = (name: string): string => join(harness.sandbox.dir, name);

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

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
  runs: [{ curve: { type: string; answer: Record<string, number | null> | null; levels: Level[] } }];
}

/** Returns the number of a load's requests. */
const allOf = ({ completed, failed, warmup_requests }: Level): number => completed + failed + warmup_requests;

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
