import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run } = harness;
const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

/**
 * Slow enough that the beginning differs from the rest of the test, even if this machine pauses for seconds during the
 * rest.
 */
const SLOW_MS = 600;

/** A server whose first answers are slow. */
function slowAtFirst(count: number): Handler {
  let served = 0;
  return (_request, response) => {
    served += 1;
    const answer = (): void =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
    if (served <= count) setTimeout(answer, SLOW_MS);
    else answer();
  };
}

interface Run {
  completed: number;
  failed: number;
  ttft_ms: unknown;
  warmup: {
    before: number;
    after: number;
    from_ms: number;
    to_ms: number;
    excluded: { index: number[] };
  } | null;
  samples: { ttft_ms: number[] };
  requests: { index: number[] };
}

test.concurrent('--warmup auto excludes the slow beginning from every figure and list', async () => {
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

test.concurrent('the report gives the number of excluded requests', async () => {
  await endpoint(slowAtFirst(20));
  const { stdout } = await run(['bench', '--requests', '400', '--concurrency', '4', '--warmup', 'auto']);
  expect(stdout).toMatch(/excluded +\d+ warm-up requests \(.* s, by MSER-5\) and the last \d+/);
});

test.concurrent('a report with --warmup auto is merged with its excluded requests, and the warm-up is found again', async () => {
  await endpoint(slowAtFirst(20));
  const flags = ['--requests', '400', '--concurrency', '4', '--warmup', 'auto'];
  await run(['bench', ...flags, '--json', 'part.json']);
  const { code } = await runHere(harness.sandbox, ['bench', 'merge', 'part.json', '--json', 'merged.json']);
  expect(code).toBe(0);
  const [part, merged] = ['part.json', 'merged.json'].map(
    (name) => (JSON.parse(readFileSync(join(harness.sandbox.dir, name), 'utf8')) as { runs: [Run] }).runs[0],
  );
  expect(part?.warmup?.excluded.index).toHaveLength(400 - (part?.completed ?? 0));
  // Rates aside, it is the same run.
  expect(merged?.requests).toEqual(part?.requests);
  expect(merged?.warmup).toEqual(part?.warmup);
  expect(merged?.ttft_ms).toEqual(part?.ttft_ms);
});

test.concurrent('the warm-up of shards is found in the requests of all of them', async () => {
  await endpoint(slowAtFirst(20));
  for (const shard of ['1/2', '2/2']) {
    const flags = ['--requests', '400', '--concurrency', '4', '--warmup', 'auto', '--shard', shard];
    const { stdout } = await run(['bench', ...flags, '--json', `${shard[0]}.json`]);
    expect(stdout).toMatch(/these figures include the warm-up; "bench merge" excludes it/);
  }
  const { stdout, code } = await runHere(harness.sandbox, [
    'bench',
    'merge',
    '1.json',
    '2.json',
    '--json',
    'all.json',
  ]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/excluded +\d+ warm-up requests/)]);
  const { runs } = JSON.parse(readFileSync(join(harness.sandbox.dir, 'all.json'), 'utf8')) as { runs: [Run] };
  expect(runs[0].completed + (runs[0].warmup?.excluded.index.length ?? 0)).toBe(400);
});

test.concurrent('--warmup auto excludes nothing from too few requests and prints a warning', async () => {
  await endpoint(slowAtFirst(0));
  const { stdout, stderr } = await run(['bench', '--requests', '10', '--warmup', 'auto']);
  expect(stderr).toMatch(/--warmup auto needs 50 requests/);
  expect(stdout).toMatch(/10 complete/);
});

test.concurrent('a word other than auto is refused', async () => {
  const { code, stderr } = await runHere(harness.sandbox, [
    'bench',
    '--concurrency',
    '2',
    '--warmup',
    'some',
  ]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--warmup/)]);
});

/** Returns the prompts that a server got from the warm-up and from the test. */
async function promptsOf(warmup: number, flags: readonly string[]): Promise<[string[], string[]]> {
  const { requests } = await endpoint(slowAtFirst(0));
  const { code, stderr } = await run(['bench', ...flags, '--warmup', String(warmup)]);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const prompts = requests.map(({ body }) => {
    const { messages } = JSON.parse(body.toString()) as { messages: { content: string }[] };
    return messages.map(({ content }) => content).join('\n');
  });
  return [prompts.slice(0, warmup), prompts.slice(warmup)];
}

test.concurrent('the warm-up sends the last prompts of a file, so that a prefix cache does not contain the first ones', async () => {
  const lines = Array.from({ length: 9 }, (_, index) => `prompt ${index + 1}`);
  writeFileSync(join(harness.sandbox.dir, 'lines.txt'), lines.join('\n'));
  const flags = ['--prompts', 'lines.txt', '--requests', '5'];
  expect(await promptsOf(3, flags)).toEqual([lines.slice(6), lines.slice(0, 5)]);
  expect((await promptsOf(12, flags))[1]).toEqual(lines.slice(0, 5));
});

test.concurrent('the warm-up sends other generated prompts than the test; the test sends the same ones as without a warm-up', async () => {
  const flags = ['--input-tokens', '30', '--requests', '4', '--seed', '7'];
  const [, without] = await promptsOf(0, flags);
  const [warmup, measured] = await promptsOf(6, flags);
  expect(measured).toEqual(without);
  expect(new Set([...warmup, ...measured]).size).toBe(10);
});
