import { expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../src/common/errors.js';
import { OpenAIStreamConnector } from '../../src/connector/openai.js';
import type { ExchangeEvent } from '../../src/connector/types.js';
import { RuntimeClient, type StreamEvent } from '../../src/sdk/index.js';
import { hastyClock } from '../support/clocks/hasty-clock.js';
import { createManualClock } from '../support/clocks/manual-clock.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { closedAfterEach } from '../support/run/closing.js';
import { sseEvents, startUpstream, type Upstream } from '../support/servers/upstream.js';

const closing = closedAfterEach();

/** Answers with the statuses in turn, then with one token. */
async function failing(...statuses: readonly number[]): Promise<Upstream> {
  const upstream = await startUpstream((_request, response) => {
    const status = statuses[upstream.requests.length - 1];
    const events = sseEvents('{"choices":[{"index":0,"delta":{"content":"yes"}}]}', '[DONE]');
    if (status !== undefined) response.writeHead(status).end();
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  });
  closing.push(upstream.close);
  return upstream;
}

async function daemonPath(clock = hastyClock): Promise<string> {
  const daemon = await testDaemon({ policies: { clock, random: () => 0 } });
  closing.push(daemon.close);
  return daemon.path;
}

test('a stream reports its retries before its start', async () => {
  const upstream = await failing(503, 500);
  const client = new RuntimeClient({ socketPath: await daemonPath() });
  closing.unshift(() => client.close());
  const events: StreamEvent[] = [];
  const result = await client.streamHTTP(
    { method: 'GET', url: upstream.url },
    { onEvent: (event) => void events.push(event) },
  );
  expect(events.map(({ type }) => type)).toEqual(['retry', 'retry', 'start', 'chunk']);
  expect(events.slice(0, 2)).toMatchObject([
    { attempt: 2, maxAttempts: 3, delayMs: 250, reason: `${upstream.url} answered 503`, statusCode: 503 },
    { attempt: 3, maxAttempts: 3, delayMs: 500, statusCode: 500 },
  ]);
  expect(result).toMatchObject({ outcome: 'complete', timings: { attempts: 3 } });
});

test('the error for a rate-limited request says when to retry', async () => {
  const upstream = await failing(...Array<number>(20).fill(503));
  const client = new RuntimeClient({ socketPath: await daemonPath(createManualClock()) });
  closing.unshift(() => client.close());
  // These requests are not repeatable, so each of them is one attempt.
  const ask = () => client.executeHTTP({ method: 'POST', url: upstream.url });
  for (let request = 0; request < 5; request += 1) await ask();
  const error = await ask().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectorException);
  expect(error).toMatchObject({ errorClass: ErrorClass.Transient, retryAfterMs: 5000 });
});

test('an exchange reports its retries, and counts its attempts while it waits', async () => {
  const upstream = await failing(503);
  const config = { openai: { api_key: 'sk-test', base_url: upstream.url }, simulator: { enabled: false } };
  const connector = new OpenAIStreamConnector(config, { socketPath: await daemonPath() });
  closing.unshift(() => connector.close());
  const events: ExchangeEvent[] = [];
  let attempts: number | undefined;
  const answer = await connector.exchange([{ role: 'user', content: 'hi' }], {
    onEvent: (event) => {
      events.push(event);
      const [start] = events;
      if (event.type === 'retry' && start?.type === 'start') {
        attempts = start.live.snapshot(performance.now()).attempts;
      }
    },
  });
  expect(answer).toMatchObject({ outcome: 'complete', text: 'yes', metrics: { attempts: 2 } });
  expect(events.map(({ type }) => type).slice(0, 4)).toEqual(['start', 'request', 'retry', 'headers']);
  expect(events[2]).toMatchObject({ attempt: 2, maxAttempts: 3, delayMs: 250, statusCode: 503 });
  expect(attempts).toBe(2);
});
