import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadConfigObject } from '../../../src/config/load.js';
import { type Diagnosis, diagnose } from '../../../src/connector/diagnosis/diagnose.js';
import { RuntimeClient } from '../../../src/index.js';
import { type TestDaemon, testDaemon } from '../../support/protocol/daemon.js';
import {
  deltaOf,
  type Handler,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

let daemon: TestDaemon;
let client: RuntimeClient;
beforeAll(async () => {
  daemon = await testDaemon();
  client = new RuntimeClient({ socketPath: daemon.path });
});
afterAll(async () => {
  await client.close();
  await daemon.close();
});

async function examine(base_url: string, silentMs?: number): Promise<Diagnosis> {
  const profiles = { p: { api_key: 'right', model: 'right-1', base_url } };
  const { endpoint } = loadConfigObject({ profiles }, { env: {}, flags: { mode: 'p' } });
  return diagnose(client, endpoint, { ...(silentMs !== undefined && { silentMs }) });
}

async function served(handler: Handler): Promise<Upstream> {
  const upstream = await startUpstream(handler);
  onTestFinished(() => upstream.close());
  return upstream;
}

const refusing = (status: number, type: string, body: string): Promise<Upstream> =>
  served((_request, response) => void response.writeHead(status, { 'content-type': type }).end(body));

/** Answers a question with one chunk of text and then as in the test case. */
function streaming(after: (response: ServerResponse) => void, body = deltaOf('OK')): Promise<Upstream> {
  return served((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvents(body).join(''), () => setTimeout(() => after(response), 20));
  });
}

test('an answer that stops after one chunk is diagnosed as stalled', async () => {
  const { url } = await streaming(() => {});
  expect(await examine(url, 500)).toEqual({
    works: false,
    fault: 'stalled',
    detail: 'the answer began, and then nothing came for 0.5 s',
    advice: expect.stringMatching(/^check the log of the server/),
  });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['a connection that is lost in the middle', (response) => response.destroy()],
  ['a body that ends without a finish reason', (response) => response.end()],
])('%s is diagnosed as interrupted', async (_name, after) => {
  const { url } = await streaming(after);
  expect(await examine(url)).toMatchObject({ works: false, fault: 'interrupted' });
});

test('the diagnosis quotes an error in the answer', async () => {
  const { url } = await streaming((response) =>
    response.end(sseEvents(JSON.stringify({ error: { message: 'out of memory' } })).join('')),
  );
  expect(await examine(url)).toMatchObject({
    works: false,
    fault: 'other',
    detail: expect.stringContaining('out of memory'),
  });
});

test.each([
  ['ends at the token limit', deltaOf('O'), 'length'],
  ['has no output', JSON.stringify({ choices: [{ index: 0, delta: {} }] }), 'stop'],
])('an endpoint whose answer %s works', async (_name, body, finish_reason) => {
  const finish = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason }] });
  const { url } = await streaming((response) => response.end(sseEvents(finish, '[DONE]').join('')), body);
  expect(await examine(url)).toMatchObject({ works: true });
});

test('failed tests do not open the circuit, and each test sends one question', async () => {
  const upstream = await refusing(
    503,
    'application/json',
    JSON.stringify({ error: { message: 'overloaded' } }),
  );
  for (let count = 0; count < 7; count += 1) {
    expect(await examine(upstream.url)).toMatchObject({
      detail: expect.stringContaining('overloaded'),
    });
  }
  expect(upstream.requests.filter(({ method }) => method === 'POST')).toHaveLength(7);
});

test.each([502, 503, 504])("a gateway's own page with status %i is diagnosed as gateway", async (status) => {
  const page = `<html><head><title>${status} Bad Gateway</title></head><body>nginx</body></html>`;
  const upstream = await refusing(status, 'text/html', page);
  expect(await examine(upstream.url)).toMatchObject({
    fault: 'gateway',
    advice: expect.stringContaining('cannot reach its upstream'),
  });
});
