import { expect, test } from 'vitest';
import { groundForEach } from '../support/e2e.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../support/upstream.js';

const ground = groundForEach();
const { endpoint, run } = ground;
const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

/** A server whose first answers are slow. */
function slowAtFirst(count: number): Handler {
  let served = 0;
  return (_request, response) => {
    served += 1;
    const answer = (): void =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
    if (served <= count) setTimeout(answer, 400);
    else answer();
  };
}

interface Run {
  completed: number;
  failed: number;
  warmup: { before: number; after: number; from_ms: number; to_ms: number } | null;
  samples: { ttft_ms: number[] };
  requests: { index: number[] };
}

test('--warmup auto excludes the slow beginning from every figure and list', async () => {
  await endpoint(slowAtFirst(20));
  const flags = ['--requests', '400', '--concurrency', '4', '--warmup', 'auto'];
  const { stdout } = await run(['bench', ...flags, '--json', '-']);
  const { warmup, completed, samples, requests } = (JSON.parse(stdout) as { runs: [Run] }).runs[0];
  expect(warmup?.before).toBeGreaterThanOrEqual(20);
  expect(completed).toBe(400 - (warmup?.before ?? 0) - (warmup?.after ?? 0));
  expect(samples.ttft_ms).toHaveLength(completed);
  expect(requests.index).toHaveLength(completed);
  expect(Math.min(...requests.index)).toBeGreaterThanOrEqual(20);
});

test('the report names the excluded requests', async () => {
  await endpoint(slowAtFirst(20));
  const { stdout } = await run(['bench', '--requests', '200', '--concurrency', '4', '--warmup', 'auto']);
  expect(stdout).toMatch(/excluded +\d+ warm-up requests \(.* s, by MSER-5\) and the last \d+/);
});

test('such a report is not merged: its rates are over a part of the time', async () => {
  await endpoint(slowAtFirst(0));
  await run(['bench', '--requests', '60', '--warmup', 'auto', '--json', 'part.json']);
  const { code, stderr } = await run(['bench', 'merge', 'part.json']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be merged/)]);
});

test('--warmup auto excludes nothing from too few requests and prints a warning', async () => {
  await endpoint(slowAtFirst(0));
  const { stdout, stderr } = await run(['bench', '--requests', '10', '--warmup', 'auto']);
  expect(stderr).toMatch(/--warmup auto needs 50 requests/);
  expect(stdout).toMatch(/10 complete/);
});

test.each([
  [['--warmup', 'some'], /--warmup/],
  [['--warmup', 'auto', '--shard', '1/2'], /remove --warmup auto or --shard/],
])('%j is refused', async (flags, reason) => {
  const { code, stderr } = await run(['bench', '--concurrency', '2', ...flags]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
});
