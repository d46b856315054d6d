import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type ChatAnswer, ErrorClass, OpenAIStreamConnector } from '../../src/index.js';
import { withLongEnough } from '../support/clocks/long-enough.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { startUpstream } from '../support/servers/upstream.js';

// The tests wait for time to pass, all at once.
const closing: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const delta = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;

/** A provider that sends one delta and then a piece from `after` every 20 ms. */
async function connectorTo(
  after: () => string,
): Promise<{ connector: OpenAIStreamConnector; ended: () => Promise<string> }> {
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
  const last = () => upstream.request(upstream.requests.length - 1);
  return { connector, ended: async () => (await last()).ended };
}

const QUESTION = [{ role: 'user', content: 'hi' }] as const;

test.concurrent('a silent answer ends as stalled, keeps its text, and the error names the setting', async () => {
  const { connector, ended } = await connectorTo(() => '');
  let s = '';
  const answer = await withLongEnough(
    (idleMs) => {
      s = String(idleMs / 1000);
      return connector.exchange(QUESTION, { idleMs });
    },
    ({ text }) => text !== '',
  );
  expect(answer).toMatchObject({ outcome: 'stalled', text: 'Hello' });
  expect(answer.error?.message).toMatch(/^nothing came from /);
  expect(answer.error?.message).toContain(` for ${s} s: raise idle_ms (now ${s} s)`);
  expect(await ended()).toBe('hung up');
});

test.concurrent.each([
  ['comments keep an answer alive beyond the idle limit and the headers’ limit', ': keep-alive\n\n', ''],
  ['data events keep an answer alive beyond the idle limit', delta('.'), '.'],
])('%s', async (_title, piece, text) => {
  let count = 0;
  let left = 0;
  const { connector } = await connectorTo(() => {
    left -= 1;
    return left > 0 ? piece : 'data: [DONE]\n\n';
  });
  const answer = await withLongEnough(
    (limitMs) => {
      // This many pieces, one every 20 ms, take longer than the limits.
      count = limitMs / 20 + 10;
      left = count;
      return connector.exchange(QUESTION, { idleMs: limitMs, timeoutMs: limitMs });
    },
    ({ outcome }) => outcome === 'complete',
  );
  expect(answer).toMatchObject({ outcome: 'complete', text: `Hello${text.repeat(count - 1)}` });
});

test.concurrent('the limit for the whole answer ends a running answer, and the error names the limit', async () => {
  const { connector, ended } = await connectorTo(() => delta('.'));
  const answer = await withLongEnough(
    (answerMs) => connector.exchange(QUESTION, { answerMs }),
    // The client gives its own error when this process pauses until the daemon's would be too late.
    ({ error, text }) => error?.hop === 'daemon' && text !== '',
  );
  expect(answer).toMatchObject({
    outcome: 'error',
    error: { errorClass: ErrorClass.Timeout, hop: 'daemon' },
  });
  expect(answer.error?.message).toMatch(/raise answer_ms \(now [\d.]+ s\) or --answer-timeout/);
  expect(await ended()).toBe('hung up');
});

test.concurrent('a reader that takes longer than the idle limit does not count as silence of the provider', async ({
  expect,
}) => {
  let left = 0;
  const { connector } = await connectorTo(() => {
    left -= 1;
    return left > 0 ? delta('.') : 'data: [DONE]\n\n';
  });
  const answer = await withLongEnough(
    async (idleMs) => {
      left = 3;
      let last: ChatAnswer | undefined;
      for await (const event of connector.stream('hi', { idleMs })) {
        if (event.type === 'text' && event.text === 'Hello') await sleep(idleMs + 500);
        if (event.type === 'done') last = event.answer;
      }
      return last;
    },
    (one) => one?.outcome === 'complete',
  );
  expect(answer).toMatchObject({ outcome: 'complete', text: 'Hello..' });
});
