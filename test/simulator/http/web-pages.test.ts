import { expect, test } from 'vitest';
import { FRANCE, PARIS, postChat, readCompletion, simulatorForTest } from '../chat-client.js';

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type',
};

test.each(['http://localhost:5173', 'http://127.0.0.1:8080', 'https://localhost', 'http://[::1]:3000'])(
  'a web page at %s may send requests and read the answers',
  async (origin) => {
    const simulator = await simulatorForTest();
    const url = `${simulator.url}/v1/chat/completions`;
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });
    expect(preflight.status).toBe(200);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type',
      vary: 'origin',
    });
    const answer = await postChat(simulator, { messages: FRANCE }, undefined, { origin });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect((await readCompletion(answer)).choices[0].message.content).toBe(PARIS);
    const refusal = await postChat(simulator, { messages: [] }, undefined, { origin });
    expect([refusal.status, refusal.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
  },
);

test.each([
  'https://example.com',
  'http://localhost.example.com',
  'http://127.0.0.1.example.com',
  'null',
  'file://',
])('a web page at %s may read nothing', async (origin) => {
  const { url } = await simulatorForTest();
  const preflight = await fetch(`${url}/v1/models`, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });
  const answer = await fetch(`${url}/v1/models`, { headers: { origin } });
  for (const { headers } of [preflight, answer])
    expect(headers.has('access-control-allow-origin')).toBe(false);
});

test('no web page may read or change the settings, and programs get no headers for pages', async () => {
  const { url } = await simulatorForTest();
  const headers = { origin: 'http://localhost:5173', ...PREFLIGHT };
  const preflight = await fetch(`${url}/admin/settings`, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.has('access-control-allow-origin')]).toEqual([405, false]);
  const program = await fetch(`${url}/v1/models`);
  expect(program.headers.has('access-control-allow-origin')).toBe(false);
});
