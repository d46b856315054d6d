import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { tokenise } from '../../../src/simulator/chat/tokens.js';
import { DEFAULT_SETTINGS } from '../../../src/simulator/settings/default-settings.js';
import { readSettings, SETTING_RULES, showSettings } from '../../../src/simulator/settings/setting-rules.js';
import {
  constant,
  contentOf,
  eventsOf,
  FRANCE,
  PARIS,
  postChat,
  readCompletion,
  readError,
  receive,
  simulatorForTest,
} from '../chat-client.js';
import { createFakeClock } from '../timing/fake-clock.js';

describe('settings given by name', () => {
  test('are read as text or number', () => {
    expect(
      readSettings({ ttft: 'constant:50', gap: 'normal:20,3', 'fault-rate': 0.25, fault: 'reset' }),
    ).toEqual({
      ttft: { kind: 'constant', ms: 50 },
      gap: { kind: 'normal', meanMs: 20, deviationMs: 3 },
      faultRate: 0.25,
      fault: 'reset',
    });
  });

  test('change values of a profile, in any order', () => {
    const { ttft, gap } = readSettings({ ttft: 'constant:1', profile: 'slow' });
    expect(ttft).toEqual(constant(1));
    expect(gap).toMatchObject({ meanMs: 1000 / 12 });
  });

  test('are shown in a form that can be read again', () => {
    const shown = showSettings({ ...DEFAULT_SETTINGS, tokens: 5, seed: 3 });
    expect({ ...DEFAULT_SETTINGS, ...readSettings(shown) }).toEqual({
      ...DEFAULT_SETTINGS,
      tokens: 5,
      seed: 3,
    });
  });

  test.each([
    [{ ttfd: 3 }, "Unknown setting 'ttfd'. Did you mean 'ttft'?"],
    [{ constructor: 3 }, "Unknown setting 'constructor'."],
    [{ ttft: null }, 'It must be a number of milliseconds'],
    [{ tps: Number.NaN }, 'It must be a number from 0.1 to 100000.'],
    [{ tps: -1 }, 'It must be a number from 0.1 to 100000.'],
    [{ tps: 1e300 }, 'It must be a number from 0.1 to 100000.'],
    [{ tokens: {} }, 'It must be a whole number from 1 to 16384.'],
    [{ ttft: 'recorded:/etc/passwd' }, 'works as a flag and in a settings file only'],
  ])('are refused if invalid: %j', (given, message) => {
    expect(() => readSettings(given)).toThrow(message);
  });

  test('all have a description that fits a line of help', () => {
    for (const { about } of Object.values(SETTING_RULES)) expect(about.length).toBeLessThan(140);
  });
});

describe('a header', () => {
  test('changes only its own answer, and wins over the model’s name', async () => {
    const simulator = await simulatorForTest();
    const ask = async (headers: Record<string, string>): Promise<string> => {
      const response = await postChat(simulator, { model: 'sim-echo' }, undefined, headers);
      return (await readCompletion(response)).choices[0].message.content;
    };
    expect(await ask({ 'x-sim-text': 'fixed by a header', 'x-sim-profile': 'instant' })).toBe(
      'fixed by a header',
    );
    expect(await ask({ 'x-sim-profile': 'instant' })).toBe('hello');
  });

  test('can set a fault, and remove it', async () => {
    const simulator = await simulatorForTest();
    expect((await postChat(simulator, {}, undefined, { 'x-sim-fault': '503' })).status).toBe(503);
    const model = { model: 'sim-fault-503' };
    const headers = { 'x-sim-fault': 'none', 'x-sim-profile': 'instant' };
    expect((await postChat(simulator, model, undefined, headers)).status).toBe(200);
  });

  test('with a seed gives the same answer at any time', async () => {
    const simulator = await simulatorForTest();
    const ask = async (headers: Record<string, string>): Promise<string> => {
      const messages = [{ role: 'user', content: 'Why do cats purr?' }];
      return (await readCompletion(await postChat(simulator, { messages }, undefined, headers))).id;
    };
    const seeded = { 'x-sim-seed': '9' };
    expect(await ask(seeded)).toBe(await ask(seeded));
    expect(await ask({})).not.toBe(await ask({}));
  });

  test.each([
    ['x-sim-ttft', 'soon', /^Invalid value for 'x-sim-ttft': It must be a number of milliseconds/],
    ['x-sim-speed', '1', /^Invalid value for 'x-sim-speed': Unknown setting 'speed'/],
    ['x-sim-content', 'script', /started without --script/],
    ['x-sim-content', 'responses', /started without --responses/],
  ])('%s: %s is refused', async (name, value, message) => {
    const simulator = await simulatorForTest();
    const response = await postChat(simulator, {}, undefined, { [name]: value });
    expect(response.status).toBe(400);
    expect((await readError(response)).message).toMatch(message);
  });
});

describe('PATCH /admin/settings', () => {
  const patch = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/admin/settings`, { method: 'PATCH', body, headers });

  test('changes the running simulator, and shows the current settings', async () => {
    const simulator = await simulatorForTest();
    const response = await patch(
      simulator.url,
      '{"ttft": "constant:0", "gap": "constant:0", "text": "changed"}',
    );
    expect(await response.json()).toMatchObject({ ttft: 'constant:0', content: 'fixed', text: 'changed' });
    const answer = await readCompletion(await postChat(simulator, { model: 'm' }));
    expect(answer.choices[0].message.content).toBe('changed');
    expect(await (await fetch(`${simulator.url}/admin/settings`)).json()).toMatchObject({ text: 'changed' });
  });

  test.each(['', '[]', '3', '{"ttft": -1}', '{"tps": 50, "nothing": 1}'])(
    'changes nothing for %j',
    async (body) => {
      const { url } = await simulatorForTest();
      const before = await (await fetch(`${url}/admin/settings`)).json();
      const response = await patch(url, body);
      expect(response.status).toBe(400);
      expect((await readError(response)).type).toBe('invalid_request_error');
      expect(await (await fetch(`${url}/admin/settings`)).json()).toEqual(before);
    },
  );

  test('is refused when a web page sends it', async () => {
    const { url } = await simulatorForTest();
    const response = await patch(url, '{"tps": 1}', { origin: 'https://example.com' });
    expect(response.status).toBe(403);
    expect((await readError(response)).code).toBe('not_local');
  });

  // A page whose name now resolves to 127.0.0.1 (DNS rebinding) sends no Origin with a GET.
  test.each([
    ['GET', '/admin/settings', 'attacker.example'],
    ['GET', '/admin/settings', '127.0.0.1.attacker.example'],
    ['GET', '/admin/settings', 'localhost.attacker.example'],
    ['GET', '/admin/hold', 'attacker.example:4545'],
    ['PATCH', '/admin/settings', 'attacker.example'],
  ])('%s %s of a page at %s is refused', async (method, path, host) => {
    const { port } = await simulatorForTest();
    expect(await statusOf({ method, path, port, host })).toBe(403);
  });

  test.each(['localhost', '127.0.0.1', '[::1]', '127.0.1.1'])(
    'a program that asks %s is served',
    async (host) => {
      const { port } = await simulatorForTest();
      expect(await statusOf({ method: 'GET', path: '/admin/settings', port, host })).toBe(200);
    },
  );
});

/** Sends a request to 127.0.0.1 with this Host header. */
function statusOf(options: {
  method: string;
  path: string;
  port: number;
  host: string;
}): Promise<number | undefined> {
  const { host, ...target } = options;
  return new Promise((resolve, reject) => {
    request({ ...target, hostname: '127.0.0.1', headers: { host } }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    })
      .on('error', reject)
      .end();
  });
}

describe('faults by rate', () => {
  const run = async (seed: number): Promise<number[]> => {
    const settings = {
      seed,
      faultRate: 0.5,
      faults: new Map([
        ['429', 3],
        ['503', 1],
      ]),
    };
    const simulator = await simulatorForTest({ settings });
    const statuses: number[] = [];
    for (let count = 0; count < 60; count += 1) statuses.push((await postChat(simulator, {})).status);
    return statuses;
  };

  test('have the given rate and weights, and are the same for a seed', async () => {
    const statuses = await run(2);
    const count = (status: number): number => statuses.filter((one) => one === status).length;
    expect(count(200)).toBeGreaterThan(18);
    expect(count(200)).toBeLessThan(42);
    expect(count(429)).toBeGreaterThan(count(503));
    expect(count(503)).toBeGreaterThan(0);
    expect(await run(2)).toEqual(statuses);
    expect(await run(3)).not.toEqual(statuses);
  });
});

describe('the length of answers', () => {
  test.each([1, 7, 250])('is exactly %i tokens if requested', async (tokens) => {
    const simulator = await simulatorForTest({ settings: { tokens } });
    const answer = await readCompletion(await postChat(simulator, { messages: FRANCE }));
    expect(answer.usage.completion_tokens).toBe(tokens);
    expect(answer.choices[0].finish_reason).toBe('stop');
    const streamed = eventsOf(
      (await receive(await postChat(simulator, { messages: FRANCE, stream: true }))).text,
    );
    expect(contentOf(streamed)).toBe(answer.choices[0].message.content);
  });
});

test('a profile’s name as model sets the pace of the answer', async () => {
  const clock = createFakeClock();
  const simulator = await simulatorForTest({ clock });
  const pending = postChat(simulator, { model: 'sim-slow', messages: FRANCE });
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(1_800);
  expect(simulator.stats().tokensSent).toBe(0);
  await clock.advance(8_000);
  await pending;
  expect(simulator.stats().tokensSent).toBe([...tokenise(PARIS)].length);
});

test('a request above --max-concurrent is refused with 429 and Retry-After', async () => {
  const simulator = await simulatorForTest({ settings: { maxConcurrent: 1 } });
  const hanging = new AbortController();
  const first = await postChat(simulator, { model: 'sim-fault-hang-mid', stream: true }, hanging.signal);
  const second = await postChat(simulator, {});
  expect([first.status, second.status]).toEqual([200, 429]);
  expect(second.headers.get('retry-after')).toBe('1');
  expect((await readError(second)).code).toBe('rate_limit_exceeded');
  hanging.abort();
});

test('--compat rai streams always: 10-byte pieces, no role, finish_reason or [DONE], usage last', async () => {
  const simulator = await simulatorForTest({ settings: { compat: 'rai' } });
  const messages = [{ role: 'user', content: 'Show me emoji and other scripts' }];
  const response = await postChat(simulator, { messages, stream: false });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const { text } = await receive(response);
  expect(text).not.toMatch(/\[DONE\]|finish_reason|"role"/);
  const events = eventsOf(text);
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  const pieces =
    text.match(/"content":"(?:[^"\\]|\\.)*"/g)?.map((json) => JSON.parse(`{${json}}`).content) ?? [];
  expect(pieces.slice(0, -1).every((piece) => Buffer.byteLength(piece) > 6)).toBe(true);
  expect(pieces.every((piece) => Buffer.byteLength(piece) <= 10)).toBe(true);
  const openai = await simulatorForTest();
  const whole = await readCompletion(await postChat(openai, { messages }));
  expect(pieces.join('')).toBe(whole.choices[0].message.content);
});
