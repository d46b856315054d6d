import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorClass, RuntimeClient, type StreamStep } from '../../src/sdk/index.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { type Script, serveScript, startUpstream, type Upstream } from '../support/servers/upstream.js';

let daemon: TestDaemon;
let upstream: Upstream;
let client: RuntimeClient;
let script: Script;

beforeEach(async () => {
  daemon = await testDaemon();
  upstream = await startUpstream((...args) => serveScript(script)(...args));
  client = new RuntimeClient({ socketPath: daemon.path });
});
afterEach(async () => {
  await client.close();
  await upstream.close();
  await daemon.close();
});

const text = (steps: readonly StreamStep[]): string =>
  steps.map((step) => (step.type === 'chunk' ? Buffer.from(step.data).toString() : '')).join('');

test('a stream as an async iterator: head, chunks, result', async () => {
  script = { chunks: ['a', 'b'], gapMs: 5 };
  const steps: StreamStep[] = [];
  for await (const step of client.stream({ method: 'GET', url: upstream.url })) steps.push(step);
  expect(steps[0]).toMatchObject({ type: 'start', statusCode: 200 });
  expect(text(steps)).toBe('ab');
  expect(steps.at(-1)).toMatchObject({ type: 'end', outcome: 'complete', bytes: 2, buffered: false });
});

test('leaving the loop early stops the request upstream', async () => {
  script = { chunks: ['a'], end: 'hang' };
  for await (const step of client.stream({ method: 'GET', url: upstream.url })) {
    if (step.type === 'chunk') break;
  }
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});

test('an aborted stream ends as cancelled', async () => {
  script = { chunks: ['a'], end: 'hang' };
  const aborter = new AbortController();
  const steps: StreamStep[] = [];
  for await (const step of client.stream({ method: 'GET', url: upstream.url }, { signal: aborter.signal })) {
    steps.push(step);
    if (step.type === 'chunk') aborter.abort();
  }
  expect(steps.at(-1)).toMatchObject({ type: 'end', outcome: 'cancelled', bytes: 1 });
});

test('a failure is thrown after the events before it', async () => {
  script = { chunks: ['a'], end: 'cut' };
  const steps: StreamStep[] = [];
  const all = (async () => {
    for await (const step of client.stream({ method: 'GET', url: upstream.url })) steps.push(step);
  })();
  await expect(all).rejects.toMatchObject({ errorClass: ErrorClass.Transient });
  expect(text(steps)).toBe('a');
});

test('a health request and an attempt to connect can be aborted', async () => {
  const reason = new Error('enough');
  await expect(client.health({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await expect(client.connect({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(client.state.status).toBe('idle');
});
