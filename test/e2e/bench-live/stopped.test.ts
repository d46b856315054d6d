import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, start } = harness;

const WHOLE = sseEvents(deltaOf('a'), deltaOf('b'), deltaOf('c'), FINISH, '[DONE]').join('');

/** Answers this many requests after `waitMs`, and leaves the others open after their first delta. */
function answering(count: number, waitMs = 0): Handler {
  let served = 0;
  return (_request, response) => {
    served += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (served <= count) setTimeout(() => response.end(WHOLE), waitMs);
    else response.write(sseEvents(deltaOf('a')).join(''));
  };
}

interface Report {
  interrupted: boolean;
  runs: { completed: number; failed: number; stopped: { requests: number; ms: number } | null }[];
}

/** Starts a test, presses Ctrl+C when request number `at` has arrived, and returns its end. */
async function stopped(answers: number, at: number, flags: readonly string[], waitMs = 0) {
  const upstream = await endpoint(answering(answers, waitMs));
  const running = start(['bench', ...flags]);
  running.child.stdin.end();
  await upstream.request(at);
  await sleep(300);
  running.child.kill('SIGINT');
  return await running.ended;
}

test.concurrent('a test that Ctrl+C stops before its first answer reports how many requests were running', async () => {
  const { code, stdout } = await stopped(0, 3, ['--requests', '50', '--concurrency', '4']);
  expect(code).toBe(130);
  expect(stdout).toMatch(/requests +0 complete, 0 failed, in/);
  expect(stdout).toMatch(
    /stopped +after \d+\.\d s, with 4 requests still running, neither complete nor failed/,
  );
  expect(stdout).toMatch(/in flight +at most 4, [1-4]\.\d on average/);
});

test.concurrent('the JSON report of a stopped test counts the requests that were running, also with workers', async () => {
  const flags = ['--requests', '50', '--concurrency', '4', '--workers', '2', '--json', '-'];
  const { code, stdout } = await stopped(0, 3, flags);
  expect(code).toBe(130);
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({
    interrupted: true,
    runs: [{ completed: 0, failed: 0, stopped: { requests: 4 } }],
  });
  expect(report.runs[0]?.stopped?.ms).toBeGreaterThan(4 * 200);
});

test.concurrent('a test that is stopped during its warm-up reports that it had not begun', async () => {
  const { code, stdout } = await stopped(0, 0, ['--requests', '50', '--warmup', '3']);
  expect(code).toBe(130);
  expect(stdout).toMatch(/stopped +before the test began/);
});

test.concurrent('a search that is stopped before its first answer exits with 130 and says that it has no result', async () => {
  for (const flags of [
    ['--sweep', 'concurrency:1,2', '--duration', '5'],
    ['--find-rate', '5-20', '--slo', 'ttft.p95<500ms', '--duration', '5'],
  ]) {
    const { code, stdout, stderr } = await stopped(0, 0, flags);
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/stopped before the first answer: there is nothing to report/);
  }
});

test.concurrent('a search that is stopped reports the loads so far, and that higher ones were not tested', async () => {
  const flags = ['--find-concurrency', '1-8', '--slo', 'ttft.p95<60s', '--duration', '1'];
  const { code, stdout } = await stopped(12, 13, flags, 100);
  expect(code).toBe(130);
  expect(stdout).toMatch(/stopped +before its end: not all loads were tested/);
});

test.concurrent('a test that is stopped while its worker threads start keeps the reports of the endpoints before it', async () => {
  const upstream = await endpoint(answering(5));
  const other = `profiles:\n  other:\n    base_url: ${upstream.url}\n    api_key: sk-test\n    model: m\n`;
  harness.sandbox.writeConfig(`openai:\n  base_url: ${upstream.url}\n  api_key: sk-test\n${other}`);
  const running = start([
    ...['bench', '--mode', 'openai,other', '--requests', '5', '--workers', '2', '--json', '-'],
  ]);
  running.child.stdin.end();
  await upstream.request(4);
  await sleep(20);
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr: /aborted/.test(stderr) }).toEqual({ code: 130, stderr: false });
  const { interrupted, runs } = JSON.parse(stdout) as { interrupted: boolean; runs: { mode: string }[] };
  // On a busy machine, the signal may come when the threads have started.
  const modes = runs.map(({ mode }) => mode).filter((mode) => mode !== 'other');
  expect([interrupted, modes]).toEqual([true, ['openai']]);
});

test.concurrent('Ctrl+C prints the figures so far and exits with 130', async () => {
  let served = 0;
  const upstream = await endpoint((_request, response) => {
    served += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const whole = sseEvents(deltaOf('a'), deltaOf('b'), deltaOf('c'), FINISH, '[DONE]').join('');
    if (served <= 2) response.end(whole);
    else response.write(sseEvents(deltaOf('a')).join(''));
  });
  const running = start(['bench', '--requests', '50', '--json', '-']);
  running.child.stdin.end();
  const hanging = await upstream.request(2);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, runs: [{ completed: 2, failed: 0 }] });
  expect(await hanging.ended).toBe('hung up');
});

test.concurrent('after Ctrl+C, the report counts the requests that waited for a free slot', async () => {
  const upstream = await endpoint((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const whole = sseEvents(deltaOf('a'), deltaOf('b'), FINISH, '[DONE]').join('');
    if (upstream.requests.length === 1) response.end(whole);
    else response.write(sseEvents(deltaOf('a')).join(''));
  });
  const running = start(['bench', '--requests', '4', '--rate', '100', '--concurrency', '1']);
  running.child.stdin.end();
  await upstream.request(1);
  await sleep(500);
  running.child.kill('SIGINT');
  const { stdout } = await running.ended;
  expect(stdout).toMatch(/unsent +2 requests still waited for a free slot when the test ended/);
});
