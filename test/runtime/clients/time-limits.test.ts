import { afterAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { WirePolicy } from '../../../src/protocol/messages.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { pauseProcess } from '../../support/clocks/pause.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { type Handler, type Script, startUpstream } from '../../support/servers/upstream.js';

// The tests wait for time to pass, all at once.
const closing: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

async function ask(
  script: Script | ((client: RawClient) => Handler),
  policy: WirePolicy,
  upstreamIdleMs = 300_000,
) {
  const daemon = await testDaemon({ limits: { upstreamIdleMs } });
  const client = await daemon.client();
  const upstream = await startUpstream(typeof script === 'function' ? script(client) : script);
  closing.push(daemon.close, upstream.close);
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }, { policy }));
  const { body, end } = await streamOf(client, 1n);
  const { ended } = await upstream.request(0);
  return { upstream, end, body: body.toString(), ended: await ended };
}

const HANGS: Script = { chunks: ['a'], end: 'hang' };

test.concurrent('late headers end the request, and the error names the setting', async () => {
  const upstream = await startUpstream(() => {});
  const daemon = await testDaemon();
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  let id = 0n;
  const { s, end } = await withLongEnough(
    async (headersTimeoutMs) => {
      id += 1n;
      client.send(httpStream(id, { method: 'GET', url: upstream.url }, { policy: { headersTimeoutMs } }));
      return { s: headersTimeoutMs / 1000, end: (await streamOf(client, id)).end };
    },
    (one) => one.end.errorMessage.includes('while waiting for an answer'),
  );
  expect(end.errorClass).toBe(ErrorClass.Timeout);
  expect(end.errorMessage).toBe(
    `no response headers within ${s} s, while waiting for an answer from ${upstream.url}: raise timeout_ms (now ${s} s) or --timeout`,
  );
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});

test.concurrent('a passed deadline names the exact setting that the client sent, or none', async () => {
  const upstream = await startUpstream({ delayMs: 60_000 });
  const daemon = await testDaemon();
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  let id = 0n;
  /** On a busy machine, a short deadline passes before the daemon reads the request. */
  const errorFor = (policy: WirePolicy): Promise<string> =>
    withLongEnough(
      async (limitMs) => {
        id += 1n;
        const deadlineAtMs = BigInt(Date.now() + limitMs);
        client.send({ ...httpStream(id, { method: 'GET', url: upstream.url }, { policy }), deadlineAtMs });
        return (await streamOf(client, id)).end.errorMessage;
      },
      (message) => !message.includes('before the request arrived'),
    );
  expect(await errorFor({ deadlineTimeoutMs: 12_345 })).toMatch(
    /: raise answer_ms \(now 12\.345 s\) or --answer-timeout$/,
  );
  expect(await errorFor({})).toMatch(/: raise answer_ms or --answer-timeout$/);
});

test.concurrent('the limit for headers does not end an answer that has begun', async () => {
  const { end, body } = await withLongEnough(
    (headersTimeoutMs) => ask({ chunks: ['a', 'b'], gapMs: headersTimeoutMs + 300 }, { headersTimeoutMs }),
    (one) => one.body !== '',
  );
  expect([end.errorClass, body]).toEqual([ErrorClass.Success, 'ab']);
});

test.concurrent('silence after the headers ends the answer, and the error names the setting', async () => {
  let limitMs = 0;
  const { upstream, end, body } = await withLongEnough(
    (idleTimeoutMs) => {
      limitMs = idleTimeoutMs;
      return ask(HANGS, { idleTimeoutMs });
    },
    (one) => one.body !== '',
  );
  expect([end.errorClass, body]).toEqual([ErrorClass.Timeout, 'a']);
  const s = `${limitMs / 1000} s`;
  expect(end.errorMessage).toBe(
    `nothing came from ${upstream.url} for ${s}: raise idle_ms (now ${s}) or --idle-timeout`,
  );
});

test.concurrent('comments keep an answer alive beyond the idle limit', async () => {
  const { end } = await withLongEnough(
    (idleTimeoutMs) =>
      ask(
        { chunks: Array.from({ length: 12 }, () => ': ping\n\n'), gapMs: idleTimeoutMs / 6 },
        { idleTimeoutMs },
      ),
    (one) => one.end.errorClass === ErrorClass.Success,
  );
  expect(end.errorClass).toBe(ErrorClass.Success);
});

test.concurrent("a request's own idle limit replaces the daemon's, even if it is longer", async () => {
  expect((await ask(HANGS, {}, 500)).end.errorClass).toBe(ErrorClass.Timeout);
  expect((await ask({ chunks: ['a', 'b'], gapMs: 2500 }, { idleTimeoutMs: 0 }, 500)).body).toBe('ab');
});

test.each<[string, policy: (limitMs: number) => WirePolicy, last: string, whole: string]>([
  ['headers', (headersTimeoutMs) => ({ headersTimeoutMs }), 'all', 'all'],
  ['bytes', (idleTimeoutMs) => ({ idleTimeoutMs }), '-two', 'one-two'],
])('%s that came while the daemon got no CPU are in time', async (what, policy, last, whole) => {
  const { end, body } = await withLongEnough(
    (limitMs) =>
      ask(
        (client) => async (_request, response) => {
          if (what === 'bytes') {
            response.write('one');
            await client.next(of(MessageType.StreamChunk, 1n));
          }
          response.end(last);
          pauseProcess(2 * limitMs);
        },
        policy(limitMs),
      ),
    // The limit may pass before the provider gets the request.
    (one) => one.body === whole,
    [300, 1500, 8000],
  );
  expect([end.errorMessage, body]).toEqual(['', whole]);
});
