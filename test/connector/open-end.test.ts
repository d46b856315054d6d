import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../src/index.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { startUpstream } from '../support/servers/upstream.js';

// The tests wait for time to pass, at once.
const closing: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const chunk = (content: string | undefined, reason: string | null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: content === undefined ? {} : { content }, finish_reason: reason }] })}\n\n`;

/** Runs an exchange with a provider that sends the pieces, waits, and then sends a comment every 100 ms for ever. */
async function answerTo(steps: readonly (string | number)[]) {
  const daemon = await testDaemon();
  closing.push(daemon.close);
  const upstream = await startUpstream(async (_request, response) => {
    const gone = once(response, 'close').then(() => 'gone' as const);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const step of steps) {
      if (typeof step === 'number') await sleep(step);
      else response.write(step);
    }
    while ((await Promise.race([gone, sleep(100)])) !== 'gone') response.write(': ping\n\n');
  });
  closing.push(upstream.close);
  const connector = new OpenAIStreamConnector({
    simulator: { enabled: true, base_url: upstream.url },
    runtime: { socket_path: daemon.path },
  });
  closing.push(() => connector.close());
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }]);
  return { answer, ended: await (await upstream.request(0)).ended };
}

test.concurrent('an answer with a finish reason ends although comments keep the connection open, and the request is cancelled', async () => {
  const { answer, ended } = await answerTo([chunk('a', null), chunk(undefined, 'stop')]);
  expect(answer).toMatchObject({ outcome: 'complete', text: 'a' });
  expect(ended).toBe('hung up');
});

test.concurrent('a pause does not end an answer whose every chunk has a finish reason', async () => {
  const { answer } = await answerTo([
    chunk('a', 'stop'),
    2500,
    chunk('b', 'stop'),
    2500,
    chunk('c', 'stop'),
    'data: [DONE]\n\n',
  ]);
  expect(answer).toMatchObject({ outcome: 'complete', text: 'abc' });
});
