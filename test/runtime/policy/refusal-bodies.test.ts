import { expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import { hastyClock } from '../../support/clocks/hasty-clock.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { compressed, FORMS, nameOf } from '../../support/servers/compress.js';
import { type Script, serveScript, startUpstream, type Upstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

/** Sends a chat completion to an upstream that answers first with a 429, then with `yes`. */
async function askRefusing(refusal: Script): Promise<{ upstream: Upstream; asking: RawClient }> {
  const daemon = await testDaemon({ policies: { clock: hastyClock, random: () => 0 } });
  let served = 0;
  const upstream = await startUpstream((request, response, raw) => {
    served += 1;
    return serveScript(served === 1 ? { status: 429, ...refusal } : { chunks: ['yes'] })(
      request,
      response,
      raw,
    );
  });
  closing.push(upstream.close, daemon.close);
  const asking = await daemon.client();
  const url = `${upstream.url}/v1/chat/completions`;
  asking.send(httpStream(1n, { method: 'POST', url, body: '{}' }));
  return { upstream, asking };
}

const QUOTA = '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}';

test('a 429 with insufficient_quota is passed on whole, and not retried', async () => {
  const { upstream, asking } = await askRefusing({
    chunks: [QUOTA.slice(0, 20), QUOTA.slice(20)],
    gapMs: 20,
  });
  const { body } = await streamOf(asking, 1n);
  expect(body.toString()).toBe(QUOTA);
  expect(upstream.requests).toHaveLength(1);
});

test.each(FORMS)('a 429 about quota in %s is passed on unchanged, and not retried', async (form) => {
  const sent = compressed(form, Buffer.from(QUOTA));
  const headers = { 'content-encoding': nameOf(form) };
  const { upstream, asking } = await askRefusing({ headers, chunks: [sent] });
  expect((await streamOf(asking, 1n)).body).toEqual(sent);
  expect(upstream.requests).toHaveLength(1);
});

test("a 429 with Google's RetryInfo is retried after its delay", async () => {
  const chunks = ['{"error":{"message":"check your plan and billing","details":[{"retryDelay":"7s"}]}}'];
  const { asking } = await askRefusing({ chunks });
  const { body } = await streamOf(asking, 1n);
  expect(body.toString()).toBe('yes');
  expect(asking.received.find(of(MessageType.StreamRetry))).toMatchObject({ delayMs: 7000, statusCode: 429 });
});

test('the start of a long 429 body decides, and with too long a wait the response is passed on whole', async () => {
  const start = '{"error":{"retry_after":3600,"message":"';
  const chunks = [start, ...Array.from({ length: 40 }, () => 'x'.repeat(1000))];
  const { upstream, asking } = await askRefusing({ chunks });
  const { body } = await streamOf(asking, 1n);
  expect(body.toString()).toBe(chunks.join(''));
  expect(upstream.requests).toHaveLength(1);
});

test('a 429 whose body is cut off is retried', async () => {
  const { asking } = await askRefusing({ chunks: ['{"error":'], end: 'cut' });
  expect((await streamOf(asking, 1n)).body.toString()).toBe('yes');
});

test.each([
  ['without any of its body', []],
  ['in the middle of its body', ['{"error":{"message":"slow']],
])('a 429 that hangs %s is retried', async (_name, chunks) => {
  const { asking } = await askRefusing({ chunks, end: 'hang' });
  expect((await streamOf(asking, 1n)).body.toString()).toBe('yes');
});

test('a 429 about quota that hangs after its message is passed on as far as it came', async () => {
  const { upstream, asking } = await askRefusing({ chunks: [QUOTA], end: 'hang' });
  const { payload } = await asking.next(of(MessageType.StreamChunk, 1n));
  expect(Buffer.from(payload).toString()).toBe(QUOTA);
  expect(upstream.requests).toHaveLength(1);
});
