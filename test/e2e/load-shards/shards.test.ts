import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, type Script, sseEvents, startUpstream } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run, start } = harness;

const answer: Script = {
  chunks: sseEvents(deltaOf('one '), deltaOf('two '), deltaOf('three'), FINISH, '[DONE]'),
  gapMs: 5,
};

interface Report {
  load: { shard: unknown; rate_per_s: number | null };
  runs: {
    started_at: string;
    completed: number;
    failed: number;
    ttft_ms: Record<string, number>;
    itl_ms: Record<string, number>;
    max_in_flight: number;
    checks: { check: string; passed: boolean }[];
    requests: Record<string, number[]>;
  }[];
}
const path = (name: string): string => join(harness.sandbox.dir, name);
const report = (name: string): Report => JSON.parse(readFileSync(path(name), 'utf8')) as Report;

/** Runs the test in one process, and then in three processes with a shard each. */
async function wholeAndShards(...flags: string[]): Promise<{ whole: string[]; parts: string[] }> {
  const upstream = await endpoint(answer);
  const args = ['bench', ...flags, '--check', 'errors==0', '--progress', 'none'];
  expect((await run([...args, '--json', 'whole.json'])).code).toBe(0);
  const whole = upstream.requests.map(({ body }) => body.toString());
  const startMs = 1000 * (Math.ceil(Date.now() / 1000) + 3);
  const shards = [1, 2, 3].map((number) => {
    const json = ['--json', `shard-${number}.json`];
    const shard = ['--shard', `${number}/3`, '--start-at', String(startMs / 1000), ...json];
    const running = start([...args, ...shard]);
    running.child.stdin.end();
    return running.ended;
  });
  for (const { code, stderr } of await Promise.all(shards)) {
    // On a slow machine, a process is ready later than that.
    const late = /^(vastar-tui: --start-at \S+ passed [\d.]+ s ago: the test begins now\n)?$/;
    expect([code, stderr]).toEqual([0, expect.stringMatching(late)]);
  }
  for (const name of SHARDS) {
    const [run] = report(name).runs;
    expect(Date.parse(run?.started_at ?? '')).toBeGreaterThanOrEqual(startMs);
  }
  return { whole, parts: upstream.requests.slice(whole.length).map(({ body }) => body.toString()) };
}
const SHARDS = [1, 2, 3].map((number) => `shard-${number}.json`);

test.concurrent.each([
  ['an open loop', ['--rate', '40', '--requests', '50']],
  ['a closed loop', ['--concurrency', '5', '--requests', '50']],
  ['conversations', ['--concurrency', '5', '--conversations', '12', '--turns', 'uniform:1,3']],
])(
  '%s in three processes sends the requests of a single process, and the reports merge into one',
  async (_name, flags) => {
    const { whole, parts } = await wholeAndShards(...flags, '--input-tokens', 'uniform:3,30', '--seed', '9');
    expect(parts.toSorted()).toEqual(whole.toSorted());
    const { code, stderr } = await run([
      'bench',
      'merge',
      ...SHARDS,
      '--json',
      'merged.json',
      '--csv',
      'merged.csv',
    ]);
    // The processes begin as far apart as the machine lets them, which counts in a test of a fraction of a second.
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^(vastar-tui: warning: use --start-at, .*\n)?$/),
    ]);
    const [one, merged] = [report('whole.json'), report('merged.json')];
    expect(merged.load).toEqual(one.load);
    const [before, after] = [one.runs[0], merged.runs[0]];
    expect(after).toMatchObject({ completed: before?.completed, failed: 0, checks: [{ passed: true }] });
    const order = (values: number[] = []): number[] => values.toSorted((a, b) => a - b);
    expect(order(after?.requests.index)).toEqual(order(before?.requests.index));
    const parted = SHARDS.map((name) => report(name).runs[0]);
    if (merged.load.rate_per_s !== null) {
      const moments = parted.flatMap((part) => part?.requests.intended_ms ?? []);
      expect(order(moments)).toEqual(order(before?.requests.intended_ms));
    }
    // The merged figures include every value of the shards, so extremes and counts are exact.
    for (const figure of ['ttft_ms', 'itl_ms'] as const) {
      const of = (name: string): number[] => parted.map((part) => part?.[figure][name] ?? Number.NaN);
      expect(after?.[figure].min).toBe(Math.min(...of('min')));
      expect(after?.[figure].max).toBe(Math.max(...of('max')));
      expect(after?.[figure].count).toBe(of('count').reduce((sum, count) => sum + count, 0));
    }
    expect(readFileSync(path('merged.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(whole.length + 1);
  },
);

test.concurrent('merging a single report returns the same report', async () => {
  await endpoint(answer);
  await run(['bench', '--requests', '20', '--concurrency', '4', '--json', 'one.json']);
  const { stdout } = await runHere(harness.sandbox, ['bench', 'merge', 'one.json', '--json', '-']);
  const figures = ({ runs }: Report): unknown => {
    const { ttft_ms, itl_ms, completed, requests, max_in_flight } = runs[0] ?? {};
    return { ttft_ms, itl_ms, completed, requests, max_in_flight };
  };
  expect(figures(JSON.parse(stdout) as Report)).toEqual(figures(report('one.json')));
  const tables = await runHere(harness.sandbox, ['bench', 'merge', 'one.json', '--check', 'ttft.max<0.001']);
  expect(tables.code).toBe(1);
  expect(tables.stdout).toMatch(/, 4 at a time\n(?:.*\n)*FAILED +ttft\.max<0\.001/);
});

test.concurrent('the merged report has the metrics of the servers that the processes read', async () => {
  const pages = (running: number) => (_: unknown, response: ServerResponse) =>
    void response.end(`vllm:num_requests_running ${running}\nvllm:num_requests_waiting 1\n`);
  await endpoint({ ...answer, gapMs: 100 });
  const servers = await Promise.all([startUpstream(pages(3)), startUpstream(pages(5))]);
  const flags = ['--requests', '8', '--concurrency', '2', '--json'];
  for (const [index, { url }] of servers.entries()) {
    const own = ['--shard', `${index + 1}/2`, '--server-metrics', `${url}/metrics`];
    expect((await run(['bench', ...own, ...flags, `${index}.json`])).code).toBe(0);
  }
  await Promise.all(servers.map((server) => server.close()));
  const { stdout } = await runHere(harness.sandbox, [
    'bench',
    'merge',
    '0.json',
    '1.json',
    '--json',
    'merged.json',
    '--html',
    'm.html',
  ]);
  expect(stdout).toMatch(/\nserver +vLLM at http:.*, http:.* of 4 series\n.*\nwaiting +2 +2/);
  const { runs } = JSON.parse(readFileSync(path('merged.json'), 'utf8')) as {
    runs: [{ server_metrics: { figures: { running: { max: number } }; series: Record<string, unknown> } }];
  };
  expect(runs[0].server_metrics.figures.running.max).toBe(8);
  expect(Object.keys(runs[0].server_metrics.series)).toHaveLength(4);
});

test.concurrent('reports that cannot be merged are refused with a reason', async () => {
  await endpoint(answer);
  await run(['bench', '--requests', '2', '--concurrency', '2', '--shard', '1/2', '--json', 'a.json']);
  await run([
    'bench',
    '--requests',
    '2',
    '--concurrency',
    '2',
    '--shard',
    '2/2',
    '--seed',
    '7',
    '--json',
    'b.json',
  ]);
  writeFileSync(path('c.json'), '{}');
  for (const [files, pattern] of [
    [['a.json', 'b.json'], /a\.json and b\.json are of different tests: seed is 1 and 7/],
    [['a.json', 'a.json'], /are both shard 1/],
    [['absent.json'], /absent\.json cannot be read/],
    [['c.json'], /c\.json is not one/],
  ] as const) {
    const { code, stdout, stderr } = await runHere(harness.sandbox, ['bench', 'merge', ...files]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(pattern);
  }
  const half = await runHere(harness.sandbox, ['bench', 'merge', 'a.json']);
  expect(half.stderr).toMatch(/warning: shards are missing: 2 of 2/);
});

test.concurrent.each([
  [['--shard', '3/2'], /2\/8: the second of eight/],
  [['--shard', '1/4', '--concurrency', '3'], /raise --concurrency to 4/],
  [['--start-at', 'noon'], /a time within a day/],
  [['--start-at', '1700000000'], /a time within a day/],
])('%j is refused before any request', async (flags, pattern) => {
  const { code, stderr } = await runHere(harness.sandbox, ['bench', ...flags]);
  expect(code).toBe(2);
  expect(stderr).toMatch(pattern);
});
