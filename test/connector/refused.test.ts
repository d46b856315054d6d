import { afterEach, describe, expect, test } from 'vitest';
import type { WireFormat } from '../../src/common/chat/wire-formats.js';
import { OpenAIStreamConnector } from '../../src/index.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { type Script, serveScript, startUpstream } from '../support/servers/upstream.js';
import { answerIn } from '../support/servers/wire-formats.js';

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Sends one question to an upstream that answers with these scripts in turn. */
async function askWith(api: WireFormat, ...scripts: readonly Script[]) {
  const daemon = await testDaemon({ policies: { retry: { firstDelayMs: 1 } } });
  const left = [...scripts];
  const upstream = await startUpstream((request, response, raw) =>
    serveScript(left.shift() ?? {})(request, response, raw),
  );
  closing.push(daemon.close, upstream.close);
  const connector = new OpenAIStreamConnector(
    { openai: { api_key: 'sk-test', base_url: upstream.url, api }, simulator: { enabled: false } },
    { socketPath: daemon.path },
  );
  closing.push(() => connector.close());
  return connector.exchange([{ role: 'user', content: 'Hi' }], { idleMs: 500 });
}

describe.each(['chat-completions', 'responses', 'anthropic'] as const)('%s', (api) => {
  const answered = { chunks: answerIn(api, [{ text: 'yes' }]) };

  test.each([429, 500, 503, 529])('a %i is retried', async (status) => {
    const answer = await askWith(api, { status, chunks: ['{}'] }, answered);
    expect(answer).toMatchObject({ outcome: 'complete', text: 'yes' });
    expect(answer.metrics.attempts).toBe(2);
  });
});

test.each([
  [401, '{"error":{"message":"wrong ke'],
  [400, '{"error":{"message":"unknown mem'],
  [404, ''],
  [500, ''],
])('a %i whose body hangs is reported with its status', async (status, body) => {
  const hanging = { status, chunks: body === '' ? [] : [body], end: 'hang' } as const;
  const { outcome, error } = await askWith('chat-completions', hanging, hanging, hanging);
  expect(outcome).toBe('error');
  expect(error?.message).toContain(`answered ${status}`);
  expect(error?.statusCode).toBe(status);
});
