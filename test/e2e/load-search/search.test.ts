import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run } = harness;
const path = (name: string): string => join(harness.sandbox.dir, name);

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

/** How long each load is tested: enough requests for a verdict, also on a busy machine. */
const LIMITS_MS = [3000, 20_000];

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

interface Level {
  load: number;
  kept: boolean | null;
  completed: number;
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
  const flags = ['--find-concurrency', '4-32', '--slo', 'errors<5%'];
  const files = ['--json', 'found.json', '--csv', 'found.csv', '--html', 'found.html'];
  const { code, stdout } = await withLongEnough(
    (limitMs) => run(['bench', ...flags, '--duration', `${limitMs / 1000}`, ...files]),
    ({ stdout }) => stdout.includes('surely meets it'),
    LIMITS_MS,
  );
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

test.concurrent('a search with conversations finds a number of conversations, and reports the figures of each turn', async () => {
  await endpoint(upTo(4));
  const flags = ['--turns', '3', '--input-tokens', '5', '--slo', 'errors<5%', '--json', 'found.json'];
  const { code, stdout } = await withLongEnough(
    (limitMs) => run(['bench', '--find-concurrency', '2-16', ...flags, '--duration', `${limitMs / 1000}`]),
    ({ stdout }) => /The SLO is met up to 4 /.test(stdout),
    LIMITS_MS,
  );
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
  const { code, stderr } = await runHere(harness.sandbox, ['bench', ...flags]);
  expect(stderr).toMatch(reason);
  expect(code).toBe(2);
  expect(upstream.requests).toHaveLength(0);
});
