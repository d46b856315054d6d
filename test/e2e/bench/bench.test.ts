import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { CLI } from '../../support/programs/program.js';
import { openTerminal } from '../../support/programs/terminal.js';
import { deltaOf, FINISH, type Handler, type Script, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run, start } = harness;
const here = (args: readonly string[]) => runHere(harness.sandbox, args);

const answer: Script = {
  chunks: sseEvents(deltaOf('one '), deltaOf('two '), deltaOf('three'), FINISH, '[DONE]'),
  gapMs: 5,
};

interface Run {
  mode: string;
  duration_ms: number;
  completed: number;
  failed: number;
  ttft_ms: Record<string, number> | null;
  e2e_ms: Record<string, number> | null;
  arrival_lag_ms: Record<string, number>;
  errors: { class: string; count: number; example: string }[];
  checks: { check: string; passed: boolean }[];
}
interface Asked {
  messages: { content: string }[];
  max_tokens?: number;
}
interface Result {
  interrupted: boolean;
  load: Record<string, unknown>;
  runs: Run[];
}
const read = (stdout: string): Result => JSON.parse(stdout) as Result;

test.concurrent('a test of the simulator prints latencies, rates, a histogram and its own lag', async () => {
  const { code, stdout, stderr } = await run([
    ...['bench', '--model', 'sim-fast', '--requests', '12', '--concurrency', '3', '--max-tokens', '60'],
    ...['--warmup', '1', '--slo', 'ttft=60000', '--check', 'e2e.p99<600s', '--progress', 'none'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const pattern of [
    /3 at a time, after 1 warm-up request/,
    /requests +12 complete, 0 failed/,
    /goodput +.*\(100\.0 %\) with ttft <= 60000 ms/,
    /sent later than intended: p50/,
    /closed loop/,
    /passed +e2e\.p99<600s/,
    /TTFT\n.*ms +\d+ +█/,
    /mean +p50 +p90 +p95 +p99 +max\nTTFT .*\nTPOT .*\nITL .*\nE2E /,
  ]) {
    expect(stdout).toMatch(pattern);
  }
});

test.concurrent('a failed check or a test without answers exits with 1', async () => {
  const upstream = await endpoint(answer);
  const args = ['bench', '--requests', '2', '--json', '-'];
  const failing = await here([...args, '--check', 'ttft.p50<0.001', '--check', 'errors<1']);
  expect(failing.code).toBe(1);
  expect(read(failing.stdout).runs[0]?.checks.map(({ passed }) => passed)).toEqual([false, true]);
  expect(upstream.requests).toHaveLength(2);
  await endpoint({ status: 400, contentType: 'application/json', chunks: ['{"error":{"message":"no"}}'] });
  const refused = await here(args);
  expect(refused.code).toBe(1);
  expect(read(refused.stdout).runs[0]).toMatchObject({
    completed: 0,
    failed: 2,
    ttft_ms: null,
    errors: [{ class: 'InvalidRequest', count: 2, example: expect.stringContaining('no') }],
  });
});

test.concurrent('with a rate, latency includes the wait for a free slot', async () => {
  await endpoint({ ...answer, delayMs: 100 });
  const args = ['bench', '--requests', '8', '--concurrency', '1', '--json', '-'];
  const closed = read((await run(args)).stdout);
  const open = read((await run([...args, '--rate', '100'])).stdout);
  expect([closed.load.measured_from, open.load.measured_from]).toEqual(['send', 'intended send time']);
  // If latency excluded the wait, the sum of all latencies would not exceed the test's duration.
  for (const [result, together] of [
    [closed, false],
    [open, true],
  ] as const) {
    const run = result.runs[0];
    expect(8 * (run?.e2e_ms?.mean ?? 0) > (run?.duration_ms ?? 0)).toBe(together);
  }
  // Eight requests arrive at once and are served one after another, so the last waits for seven.
  expect(open.runs[0]?.ttft_ms?.max).toBeGreaterThan(700);
  expect(open.runs[0]?.arrival_lag_ms.max).toBeGreaterThan(600);
});

test.concurrent('the report shows the number of random arrivals beside the expected number', async () => {
  const { requests } = await endpoint(answer);
  const args = ['bench', '--rate', '20', '--duration', '1'];
  const { stdout } = await run(args);
  expect(stdout).toContain(`arrivals    ${requests.length} by chance, 20 on average`);
  expect((await run([...args, '--arrivals', 'constant'])).stdout).not.toContain('by chance');
});

test.concurrent('prompts come from a file in turn, and the CSV has a line for each request', async () => {
  const upstream = await endpoint(answer);
  writeFileSync(join(harness.sandbox.dir, 'prompts.txt'), 'first\n\nsecond\r\n');
  const csv = join(harness.sandbox.dir, 'requests.csv');
  const { code, stdout } = await here([
    ...['bench', '--requests', '3', '--prompts', 'prompts.txt', '--csv', 'requests.csv', '--max-tokens', '7'],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/3 complete/);
  const bodies = upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  expect(bodies.map((body) => [JSON.stringify(body.messages), body.max_tokens])).toEqual(
    ['first', 'second', 'first'].map((content) => [JSON.stringify([{ role: 'user', content }]), 7]),
  );
  const lines = readFileSync(csv, 'utf8').trimEnd().split('\n');
  expect(lines.slice(1).map((line) => line.split(',').slice(0, 3).join())).toEqual([
    'openai,0,complete',
    'openai,1,complete',
    'openai,2,complete',
  ]);
});

test.concurrent('the format of prompts from stdin is detected, and their parameters are sent', async () => {
  const upstream = await endpoint(answer);
  const running = start(['bench', '--requests', '3', '--prompts', '-', '--json', '-']);
  running.child.stdin.end(
    '{"custom_id":"1","url":"/v1/chat/completions","body":{"model":"x","messages":[{"role":"user","content":"a"}],"max_tokens":5,"top_k":2}}\n' +
      '{"conversations":[]}\n{"prompt":"b"}\n',
  );
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  expect(read(stdout).load.prompts).toMatchObject({ source: 'stdin', format: 'json', count: 2, left_out: 1 });
  const bodies = upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  expect(
    bodies.map(({ messages, max_tokens, top_k, model }) => [messages, max_tokens, top_k, model]),
  ).toEqual([
    [[{ role: 'user', content: 'a' }], 5, 2, 'gpt-3.5-turbo'],
    [[{ role: 'user', content: 'b' }], undefined, undefined, 'gpt-3.5-turbo'],
    [[{ role: 'user', content: 'a' }], 5, 2, 'gpt-3.5-turbo'],
  ]);
});

test.concurrent('the same seed generates the same prompts', async () => {
  const upstream = await endpoint(answer);
  const args = ['bench', '--requests', '2', '--input-tokens', 'normal:50,9', '--output-tokens', '3'];
  const { stdout } = await here([...args, '--shared-prefix', '50', '--seed', '4']);
  expect(stdout).toMatch(/prompts +synthetic, about normal:50,9 tokens, 50 % of each shared by all/);
  await here([...args, '--shared-prefix', '50', '--seed', '4']);
  await here([...args, '--shared-prefix', '50', '--seed', '5']);
  const bodies = upstream.requests.map(({ body }) => body.toString());
  expect(bodies.slice(2, 4)).toEqual(bodies.slice(0, 2));
  expect(new Set(bodies).size).toBe(4);
  expect(bodies[0]).toContain('"max_tokens":3');
});

test.concurrent('a trace is replayed with its times and lengths, and the report shows them', async () => {
  const upstream = await endpoint(answer);
  const moments = [0, 0, 600, 1400];
  const lines = moments.map((timestamp, index) =>
    JSON.stringify({ timestamp, input_length: 10 + index, output_length: 20 + index, hash_ids: [index] }),
  );
  writeFileSync(join(harness.sandbox.dir, 'trace.jsonl'), lines.join('\n'));
  const args = [
    'bench',
    '--trace',
    'trace.jsonl',
    '--trace-speed',
    '2',
    '--csv',
    'requests.csv',
    '--json',
    '-',
  ];
  const { code, stdout } = await run(args);
  expect(code).toBe(0);
  const { load } = read(stdout);
  expect(load).toMatchObject({ loop: 'open', arrivals: 'trace', rate_per_s: null });
  expect(load.trace).toEqual({ source: 'trace.jsonl', requests: 4, speed: 2 });
  expect(load.prompts).toMatchObject({ source: 'trace', count: 4 });
  const bodies = upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Asked);
  const sent = bodies.map(({ messages, max_tokens }) => [messages[0]?.content.split(' ').length, max_tokens]);
  expect(sent.toSorted()).toEqual([
    [10, 20],
    [11, 21],
    [12, 22],
    [13, 23],
  ]);
  const csv = readFileSync(join(harness.sandbox.dir, 'requests.csv'), 'utf8').trimEnd().split('\n').slice(1);
  const rows = csv.map((line) => line.split(',').map(Number));
  const intended = rows.map(([, index, , , intendedMs]) => [index, intendedMs]);
  expect(intended.toSorted()).toEqual([0, 0, 300, 700].map((at, index) => [index, at]));
  // No request was sent before its time.
  for (const [, , , , , lagMs] of rows) expect(lagMs).toBeGreaterThanOrEqual(0);
});

test.concurrent('stages end the test, and the arrivals follow the given process', async () => {
  const upstream = await endpoint(answer);
  const { stdout } = await run([
    'bench',
    '--stages',
    '10@0.5,0-20@1',
    '--arrivals',
    'constant',
    '--json',
    '-',
  ]);
  const { load } = read(stdout);
  expect(load).toMatchObject({ arrivals: 'constant', rate_per_s: null, drain_s: 10 });
  expect(load.stages).toEqual([
    { from_per_s: 10, to_per_s: 10, s: 0.5 },
    { from_per_s: 0, to_per_s: 20, s: 1 },
  ]);
  expect(upstream.requests).toHaveLength(15);
  const { stdout: text } = await run(['bench', '--stages', '10@0.2', '--arrivals', 'gamma:0.5']);
  expect(text).toMatch(/, arrivals at 10\/s for 0\.2 s \(gamma:0\.5\)\n/);
});

/** Answers each question with a different text and checks nothing. */
const echo: Handler = ({ body }, response) => {
  const { messages } = JSON.parse(body.toString()) as Asked;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(sseEvents(deltaOf(`re: ${messages.at(-1)?.content}`), FINISH, '[DONE]').join(''));
};
const conversation = (id: string, turns: number): string =>
  JSON.stringify({
    conversations: Array.from({ length: turns }, (_, turn) => [
      { from: 'human', value: `${id}${turn}` },
      { from: 'gpt', value: `kept ${id}${turn}` },
    ]).flat(),
  });

test.concurrent.each([
  ['answered', (question: string) => `re: ${question}`],
  ['recorded', (question: string) => `kept ${question}`],
])('conversations continue turn by turn from the answers %s', async (history, answerTo) => {
  const upstream = await endpoint(echo);
  writeFileSync(
    join(harness.sandbox.dir, 'talks.jsonl'),
    `${conversation('a', 3)}\n${conversation('b', 2)}\n`,
  );
  const args = [
    'bench',
    '--prompts',
    'talks.jsonl',
    '--turns',
    'all',
    '--conversations',
    '2',
    '--concurrency',
    '2',
  ];
  const { code, stdout } = await here([...args, '--think-time', '0.05', '--history', history, '--json', '-']);
  expect(code).toBe(0);
  const bodies = upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Asked);
  const histories = bodies.map(({ messages }) => messages.map(({ content }) => content).join(' | '));
  // Each request must contain all earlier messages of its conversation, in order.
  const expected = ['a0', 'a1', 'a2', 'b0', 'b1'].map((question) => {
    const before = Array.from({ length: Number(question[1]) }, (_, turn) => `${question[0]}${turn}`);
    return [...before.flatMap((one) => [one, answerTo(one)]), question].join(' | ');
  });
  expect(histories.toSorted()).toEqual(expected.toSorted());
  expect(histories.filter((one) => one.startsWith('a'))).toEqual(expected.slice(0, 3));
  const { load, runs } = read(stdout);
  expect(load.turns).toEqual({ per_conversation: 'all', think_s: '0.05', history });
  expect(runs[0]).toMatchObject({
    completed: 5,
    conversations: { begun: 2, complete: 2, broken_off: 0 },
    turns: [
      { turn: 1, completed: 2, failed: 0 },
      { turn: 2, completed: 2, failed: 0 },
      { turn: 3, completed: 1, failed: 0 },
    ],
  });
});

test.concurrent('a failed answer ends its conversation, and the next one begins', async () => {
  await endpoint((request, response, raw) => {
    const { messages } = JSON.parse(request.body.toString()) as Asked;
    if (messages.at(-1)?.content !== 'a1') return echo(request, response, raw);
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
  });
  writeFileSync(
    join(harness.sandbox.dir, 'talks.jsonl'),
    `${conversation('a', 3)}\n${conversation('b', 2)}\n`,
  );
  const args = ['bench', '--prompts', 'talks.jsonl', '--turns', '2', '--conversations', '2'];
  const { stdout } = await here(args);
  expect(stdout).toMatch(/1 conversation at a time\n/);
  expect(stdout).toMatch(/2 conversations of up to 2 turns: 1 complete, 1 broken off by a failure\n/);
  expect(stdout).toMatch(/\nturn 1 +2 +0 .*\nturn 2 +1 +1 /);
});

test.concurrent('several endpoints are tested in turn and shown side by side', async () => {
  const upstream = await endpoint(answer);
  const { code, stdout } = await run([
    ...['bench', '--mode', 'openai,simulator', '--model', 'sim-instant', '--requests', '2'],
  ]);
  expect(code).toBe(0);
  expect(upstream.requests).toHaveLength(2);
  expect(stdout).toMatch(/TTFT +openai .*\n +simulator /);
});

test.concurrent('a report that a full disk cuts off is named, and the other report is written', async () => {
  await endpoint(answer);
  const { code, stdout, stderr } = await here([
    ...['bench', '--requests', '2', '--json', '/dev/full', '--csv', 'requests.csv'],
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--json \/dev\/full cannot be written: the disk is full/);
  expect(stdout).toMatch(/2 complete/);
  expect(readFileSync(join(harness.sandbox.dir, 'requests.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(
    3,
  );
});

test.concurrent('a full disk behind stdout exits with 1, even if every request was answered', async ({
  expect,
}) => {
  await endpoint(answer);
  const command = `"${process.execPath}" "${CLI}" bench --requests 2 --json - > /dev/full`;
  const session = openTerminal(harness.sandbox, [], { command: ['sh', '-c', command] });
  expect((await session.ended).exitCode).toBe(1);
  await expect.poll(() => session.written()).toMatch(/stdout cannot be written: the disk is full/);
  session.close();
});
