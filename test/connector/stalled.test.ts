import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { ErrorClass, OpenAIStreamConnector } from '../../src/index.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { startUpstream } from '../support/servers/upstream.js';

// The tests wait for time to pass, all at once.
const closing: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const delta = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;

/** Longer than the pauses of a process on a busy machine. */
const LIMIT_MS = 4000;
/** This many pieces, one every 20 ms, take longer than that. */
const MANY = 250;

/** A provider that sends one delta and then a piece from `after` every 20 ms. */
async function connectorTo(
  after: () => string,
): Promise<{ connector: OpenAIStreamConnector; ended: Promise<string> }> {
  const daemon = await testDaemon();
  closing.push(daemon.close);
  const upstream = await startUpstream(async (_request, response) => {
    const gone = once(response, 'close').then(() => 'gone' as const);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(delta('Hello'));
    while ((await Promise.race([gone, sleep(20)])) !== 'gone') response.write(after());
  });
  closing.push(upstream.close);
  const connector = new OpenAIStreamConnector({
    simulator: { enabled: true, base_url: upstream.url },
    runtime: { socket_path: daemon.path },
  });
  closing.push(() => connector.close());
  return { connector, ended: upstream.request(0).then((request) => request.ended) };
}

test.concurrent('a silent answer ends as stalled, keeps its text, and the error names the setting', async () => {
  const { connector, ended } = await connectorTo(() => '');
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }], { idleMs: 2500 });
  expect(answer).toMatchObject({ outcome: 'stalled', text: 'Hello' });
  expect(answer.error?.message).toMatch(/^nothing came from .* for 2\.5 s: raise idle_ms \(now 2\.5 s\)/);
  expect(await ended).toBe('hung up');
});

test.concurrent('comments keep an answer alive beyond the idle limit and the headers’ limit', async () => {
  let left = MANY;
  const { connector } = await connectorTo(() => {
    left -= 1;
    return left > 0 ? ': keep-alive\n\n' : 'data: [DONE]\n\n';
  });
  const limits = { idleMs: LIMIT_MS, timeoutMs: LIMIT_MS };
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }], limits);
  expect(answer).toMatchObject({ outcome: 'complete', text: 'Hello' });
});

test.concurrent('the limit for the whole answer ends a running answer, and the error names the limit', async () => {
  const { connector, ended } = await connectorTo(() => delta('.'));
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }], { answerMs: 3000 });
  expect(answer).toMatchObject({
    outcome: 'error',
    error: { errorClass: ErrorClass.Timeout, hop: 'daemon' },
  });
  expect(answer.error?.message).toMatch(/raise answer_ms \(now [\d.]+ s\) or --answer-timeout/);
  expect(await ended).toBe('hung up');
});

test.concurrent('data events keep an answer alive beyond the idle limit', async () => {
  let left = MANY;
  const { connector } = await connectorTo(() => {
    left -= 1;
    return left > 0 ? delta('.') : 'data: [DONE]\n\n';
  });
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }], { idleMs: LIMIT_MS });
  expect(answer).toMatchObject({ outcome: 'complete', text: `Hello${'.'.repeat(MANY - 1)}` });
});

test.concurrent('a reader that takes longer than the idle limit does not count as silence of the provider', async ({
  expect,
}) => {
  let left = 3;
  const { connector } = await connectorTo(() => {
    left -= 1;
    return left > 0 ? delta('.') : 'data: [DONE]\n\n';
  });
  for await (const event of connector.stream('hi', { idleMs: LIMIT_MS })) {
    if (event.type === 'text' && event.text === 'Hello') await sleep(LIMIT_MS + 500);
    if (event.type === 'done') expect(event.answer).toMatchObject({ outcome: 'complete', text: 'Hello..' });
  }
  expect.assertions(1);
});
