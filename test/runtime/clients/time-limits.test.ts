import { afterAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import type { WirePolicy } from '../../../src/protocol/messages.js';
import { testDaemon } from '../../support/daemon.js';
import { httpStream, streamOf } from '../../support/raw-client.js';
import { type Script, startUpstream } from '../../support/upstream.js';

// The tests wait for time to pass, all at once.
const closing: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

async function ask(script: Script, policy: WirePolicy, upstreamIdleMs = 300_000) {
  const upstream = await startUpstream(script);
  const daemon = await testDaemon({ limits: { upstreamIdleMs } });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }, { policy }));
  const { body, end } = await streamOf(client, 1n);
  const { ended } = await upstream.request(0);
  return { upstream, end, body: body.toString(), ended: await ended };
}

test.concurrent('late headers end the request, and the error names the setting', async () => {
  const { upstream, end, ended } = await ask({ delayMs: 60_000 }, { headersTimeoutMs: 1500 });
  expect(end.errorClass).toBe(ErrorClass.Timeout);
  expect(end.errorMessage).toBe(
    `no response headers within 1.5 s, while waiting for an answer from ${upstream.url}: raise timeout_ms (now 1.5 s) or --timeout`,
  );
  expect(ended).toBe('hung up');
});

test.concurrent('a passed deadline names the exact setting that the client sent, or none', async () => {
  const upstream = await startUpstream({ delayMs: 60_000 });
  const daemon = await testDaemon();
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  const told = async (id: bigint, policy: WirePolicy): Promise<string> => {
    const deadlineAtMs = BigInt(Date.now() + 300);
    client.send({ ...httpStream(id, { method: 'GET', url: upstream.url }, { policy }), deadlineAtMs });
    return (await streamOf(client, id)).end.errorMessage;
  };
  expect(await told(1n, { deadlineTimeoutMs: 12_345 })).toMatch(
    /: raise answer_ms \(now 12\.345 s\) or --answer-timeout$/,
  );
  expect(await told(2n, {})).toMatch(/: raise answer_ms or --answer-timeout$/);
});

test.concurrent('the limit for headers does not end an answer that has begun', async () => {
  const chunks = Array.from({ length: 8 }, () => '.');
  const { end, body } = await ask({ chunks, gapMs: 300 }, { headersTimeoutMs: 1500 });
  expect([end.errorClass, body]).toEqual([ErrorClass.Success, '........']);
});

test.concurrent('silence after the headers ends the answer, and the error names the setting', async () => {
  const { upstream, end, body } = await ask({ chunks: ['a'], end: 'hang' }, { idleTimeoutMs: 1000 });
  expect([end.errorClass, body]).toEqual([ErrorClass.Timeout, 'a']);
  expect(end.errorMessage).toBe(
    `nothing came from ${upstream.url} for 1 s: raise idle_ms (now 1 s) or --idle-timeout`,
  );
});

test.concurrent('comments keep an answer alive beyond the idle limit', async () => {
  const chunks = Array.from({ length: 12 }, () => ': ping\n\n');
  const { end } = await ask({ chunks, gapMs: 200 }, { idleTimeoutMs: 1500 });
  expect(end.errorClass).toBe(ErrorClass.Success);
});

test.concurrent("a request's own idle limit replaces the daemon's, even if it is longer", async () => {
  const script = { chunks: ['a', 'b'], gapMs: 2500 };
  expect((await ask(script, {}, 500)).end.errorClass).toBe(ErrorClass.Timeout);
  expect((await ask(script, { idleTimeoutMs: 0 }, 500)).body).toBe('ab');
});
