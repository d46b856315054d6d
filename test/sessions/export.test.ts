import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { document, fromDocument, toDocument } from '../../src/sessions/export/document.js';
import { toCsv, toJsonLines } from '../../src/sessions/export/exchanges.js';
import { toHar } from '../../src/sessions/export/har.js';
import { toMarkdown } from '../../src/sessions/export/markdown.js';
import { MESSAGE_STATUSES, ROLES, type Session } from '../../src/sessions/types.js';
import { harSchema, ownSchema } from '../support/json-schema.js';
import { har } from './har-schema.js';
import { ask, exchange, fakeClock, openedStore } from './place.js';

function sample(): Session {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('=sum(A1), "quoted"');
  const first = ask(store, id, 'q1', 'a1');
  ask(store, id, 'not taken', 'other', first.answer);
  store.branch(id, first.answer);
  const error = { class: 'RateLimited', message: 'slow down', hop: 'provider', statusCode: 429 };
  ask(store, id, 'q2', '', first.answer, { error, outcome: 'error', metrics: { elapsedMs: 40 } });
  return store.load(id);
}

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const json = fc
  .jsonValue({ depthSize: 'small', noUnicodeString: false })
  // No reader of JSON keeps a member of this name as a member.
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)));
const object = fc.dictionary(
  fc.string({ maxLength: 8 }).filter((name) => !/key|token|cookie|auth|secret|__proto__/i.test(name)),
  json,
);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const sessions: fc.Arbitrary<Session> = fc.nat(6).chain((count) =>
  fc.record({
    id: fc.stringMatching(/^[0-9a-f]{12}$/),
    title: text,
    createdMs: time,
    usedMs: time,
    pinned: fc.boolean(),
    headId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
    messages: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          id: fc.constant(index + 1),
          parentId: index === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: index })),
          role: fc.constantFrom(...ROLES),
          atMs: time,
          text,
          reasoning: text,
          status: fc.constantFrom(...MESSAGE_STATUSES.filter((status) => status !== 'streaming')),
          endpoint: optional(text),
          model: optional(text),
        }),
      ),
    ),
    exchanges: fc.array(
      fc.record({
        id: fc.constant(0),
        questionId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
        answerId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
        atMs: time,
        endpoint: text,
        url: fc.webUrl(),
        model: text,
        outcome: text,
        error: optional(
          fc.record({
            class: text,
            message: text,
            hop: optional(text),
            statusCode: optional(fc.integer({ min: 0, max: 999 })),
          }),
        ),
        request: object,
        metrics: object,
        timeline: json,
        events: json,
      }),
      { maxLength: 3 },
    ),
  }),
);

test('an export that is imported elsewhere and exported again is the same', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const numbered = {
        ...session,
        exchanges: session.exchanges.map((one, index) => ({ ...one, id: index + 1 })),
      };
      const [target, next] = [openedStore(), openedStore()];
      const exported = toDocument([numbered]);
      const [parsed] = fromDocument(exported);
      expect(parsed).toEqual(numbered);
      if (parsed === undefined) throw new Error('nothing imported');
      // Other rows come first, so that ids differ.
      ask(target, target.create('before').id, 'q', 'a');
      const again = toDocument([target.load(target.insert(parsed))]);
      expect(again).toBe(exported);
      const [second] = fromDocument(again);
      if (second === undefined) throw new Error('nothing imported');
      expect(toDocument([next.load(next.insert(second))])).toBe(exported);
      target.close();
      next.close();
    }),
    { numRuns: 40 },
  );
});

test('the published schema is that of the code, and every export is valid by it', async () => {
  // To write it: npx vitest run test/sessions/export.test.ts -u
  const schema = `${JSON.stringify(z.toJSONSchema(document, { io: 'input' }), null, 2)}\n`;
  await expect(schema).toMatchFileSnapshot('../../schemas/sessions-export.json');
  const valid = ownSchema('sessions-export.json');
  fc.assert(
    fc.property(fc.array(sessions, { maxLength: 2 }), (some) => {
      expect(valid(JSON.parse(toDocument(some))), JSON.stringify(valid.errors)).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect(valid({ format: 'vastar-tui/sessions', version: 1, sessions: [{ id: 'x' }] })).toBe(false);
});

test('every HAR export is valid by the published schema of HAR 1.2', () => {
  const valid = harSchema();
  fc.assert(
    fc.property(fc.array(sessions, { maxLength: 2 }), (some) => {
      expect(valid(JSON.parse(toHar(some, '1.0.0'))), JSON.stringify(valid.errors)).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect(valid({ log: { version: '1.2', creator: { name: 'x' }, entries: [] } })).toBe(false);
});

test('a session whose id is taken is imported under a new one', () => {
  const store = openedStore();
  const [session] = fromDocument(toDocument([sample()]));
  if (session === undefined) throw new Error('nothing imported');
  const ids = [store.insert(session), store.insert(session)];
  expect(ids[0]).toBe(session.id);
  expect(ids[1]).not.toBe(session.id);
  expect(store.list().map(({ exchanges, messages }) => [messages, exchanges])).toEqual([
    [6, 3],
    [6, 3],
  ]);
});

test.each([
  ['', 'it is no JSON'],
  ['{}', 'format: '],
  ['{"format":"vastar-tui/sessions","version":2,"sessions":[]}', 'its version is 2'],
  [toDocument([{ ...emptySession(), id: '../../etc' }]), 'sessions[0].id: expected 12 hexadecimal digits'],
  [
    toDocument([emptySession()]).replace(
      '"messages": []',
      `"messages": [${JSON.stringify(messageFollowing(9))}]`,
    ),
    'message 1 follows 9, which does not come before it',
  ],
])('what is no export is refused with the reason (%#)', (document, reason) => {
  expect(() => fromDocument(document)).toThrow(reason);
});

function emptySession(): Session {
  return {
    id: '0123456789ab',
    title: '',
    createdMs: 0,
    usedMs: 0,
    pinned: false,
    headId: null,
    messages: [],
    exchanges: [],
  };
}

function messageFollowing(parentId: number) {
  const rest = { text: '', reasoning: '', status: 'complete', endpoint: null, model: null };
  return { id: 1, parentId, role: 'user', atMs: 0, ...rest };
}

test('HAR 1.2: the file is valid, and its timings add up', () => {
  const session = sample();
  const log = har.parse(JSON.parse(toHar([session], '1.0.0'))).log;
  expect(log.entries).toHaveLength(3);
  const [first, , failed] = log.entries;
  expect(first).toMatchObject({
    pageref: session.id,
    time: 2000,
    request: { method: 'POST', url: 'https://api.openai.com/v1/chat/completions' },
    response: { status: 200, content: { text: 'a1' } },
    timings: { blocked: 0.4, dns: 2, connect: 30, ssl: 20, send: 0.5, wait: 160 },
  });
  expect(first?.timings.receive).toBeCloseTo(2000 - 192.9, 6);
  expect(failed).toMatchObject({ response: { status: 429, content: { text: 'slow down' } }, time: 40 });
  for (const { time, timings } of log.entries) {
    const { blocked, dns, connect, send, wait, receive } = timings;
    const sum = [blocked, dns, connect, send, wait, receive].reduce(
      (total, ms) => total + Math.max(0, ms),
      0,
    );
    expect(sum).toBeCloseTo(time, 6);
  }
});

test('HAR has a request whole whose conversation was saved as messages', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const first = ask(store, id, 'q1', 'a1');
  const system = { role: 'system', content: 'be brief' };
  const request = { model: 'm', stream: true, messages: [system] };
  ask(store, id, 'q2', 'a2', first.answer, { request });
  const log = har.parse(JSON.parse(toHar([store.load(id)], '1.0.0'))).log;
  const bodies = log.entries.map((entry) => JSON.parse(entry.request.postData?.text ?? ''));
  expect(bodies).toEqual([
    exchange().request,
    {
      ...request,
      messages: [
        system,
        { role: 'user', content: 'q1' },
        { role: 'assistant', content: 'a1' },
        { role: 'user', content: 'q2' },
      ],
    },
  ]);
});

test('Markdown has the branch in use', () => {
  const markdown = toMarkdown([sample()]);
  expect(markdown).toMatch(/^# =sum\(A1\), "quoted"\n/);
  expect(markdown.match(/^## \w+/gm)).toEqual(['## You', '## Assistant', '## You', '## Assistant']);
  expect(markdown).toContain('\na1\n');
  expect(markdown).not.toContain('not taken');
});

test('HAR names the time of failed attempts and redirects, and counts it as blocked', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('retried');
  const hops = { client_to_daemon: 1, retries: 500, redirects: 40, queue: 2, send: 1, wait: 60 };
  ask(store, id, 'q', 'a', null, { metrics: { ttfbMs: 604, e2eMs: 700, hops } });
  const { timings } = JSON.parse(toHar([store.load(id)], '1.0.0')).log.entries[0];
  expect(timings).toMatchObject({ blocked: 543, _retries: 500, _redirects: 40, _queue: 2, wait: 60 });
});

test('Markdown has the figures of an answer in one line', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('figures');
  const speed = { kind: 'measured', tokensPerSecond: 20, tpotMs: 50 };
  ask(store, id, 'q', 'a', null, {
    metrics: { ttftMs: 300, outputTokens: 20, hiddenTokens: 1000, cachedTokens: 8, speed },
  });
  expect(toMarkdown([store.load(id)])).toContain(
    '*TTFT 300 ms, 20.0 tok/s, 20 tokens, 1000 hidden tokens, 8 cached tokens*\n\na\n',
  );
});

test('CSV has one exchange a row, quoted, and no formulas', () => {
  const [header, first, , failed] = toCsv([sample()]).split('\r\n');
  expect(header).toMatch(
    /^session,title,at,endpoint,model,outcome,error_class,status_code,ttfb_ms,ttft_ms,e2e_ms/,
  );
  expect(first).toContain(
    `,"'=sum(A1), ""quoted""",2026-11-22T12:00:00.000Z,openai,gpt-4o,complete,,,200,300,2000,`,
  );
  expect(failed).toContain(',error,RateLimited,429,,,,');
});

test('JSON lines have one exchange each, with its texts', () => {
  const lines = toJsonLines([sample()])
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { question: 'q1', answer: 'a1', metrics: exchange().metrics },
    { question: 'not taken' },
    { question: 'q2', answer: '', error: { statusCode: 429 } },
  ]);
});
