import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/sessions/search/query.js';
import { ask, fakeClock, openedStore } from './place.js';

const NOW = new Date(2026, 10, 22, 15).getTime();
const day = (month: number, date: number): number => new Date(2026, month - 1, date).getTime();

test.each([
  ['ttft>2s', { kind: 'figure', figure: 'ttft', comparison: '>', value: 2000 }],
  ['E2E<=1.5s', { kind: 'figure', figure: 'e2e', comparison: '<=', value: 1500 }],
  ['ttft<300ms', { kind: 'figure', figure: 'ttft', comparison: '<', value: 300 }],
  ['tokens>=100', { kind: 'figure', figure: 'tokens', comparison: '>=', value: 100 }],
  ['error:429', { kind: 'status', code: 429 }],
  ['error:Timeout', { kind: 'error', class: 'timeout' }],
  ['model:GPT-4o', { kind: 'model', text: 'gpt-4o' }],
  ['outcome:truncated', { kind: 'outcome', text: 'truncated' }],
  ['on:2026-11-22', { kind: 'time', fromMs: day(11, 22), toMs: day(11, 23) }],
  ['on:2026-11', { kind: 'time', fromMs: day(11, 1), toMs: day(12, 1) }],
  ['on:yesterday', { kind: 'time', fromMs: day(11, 21), toMs: day(11, 22) }],
  ['after:7d', { kind: 'time', fromMs: day(11, 15), toMs: Number.MAX_SAFE_INTEGER }],
  ['before:today', { kind: 'time', fromMs: 0, toMs: day(11, 22) }],
])('%s is a filter', (text, filter) => {
  expect(parseQuery(text, NOW)).toEqual({ terms: [], filters: [filter], problems: [], unfinished: false });
});

test.each(['ttft>soon', 'error>429', 'on:2026-02-30', 'tokens:many', 'after:someday'])(
  '%s is told to be no filter, and the words beside it count',
  (text) => {
    const query = parseQuery(`${text} sky `, NOW);
    expect(query.problems).toEqual([expect.stringContaining(`${text}: `)]);
    expect(query.terms).toEqual([{ text: 'sky', prefix: false }]);
  },
);

test('a query is understood at each key while it is typed', () => {
  const text = 'sky "blue whale" ttft>2s';
  const states = [...text].map((_, index) => parseQuery(text.slice(0, index + 1), NOW));
  expect(states.flatMap(({ problems }) => problems)).toEqual([]);
  expect(states[1]?.terms).toEqual([{ text: 'sk', prefix: true }]);
  expect(states[9]?.terms[1]).toEqual({ text: 'blue ', prefix: false });
  expect(parseQuery('sky ttft>', NOW)).toMatchObject({
    terms: [{ text: 'sky' }],
    filters: [],
    unfinished: true,
  });
  expect(states.at(-1)).toMatchObject({ filters: [{ value: 2000 }], unfinished: false });
});

test('any text can be searched for', () => {
  const store = openedStore();
  const { id } = store.create('t');
  ask(store, id, 'the sky', 'is blue');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), (text) => {
      store.search(text);
    }),
    { numRuns: 300 },
  );
});

test('messages are found by words, phrases, beginnings and without accents', () => {
  const store = openedStore();
  const { id } = store.create('colours');
  ask(store, id, 'Why is the sky blue?', 'Rayleigh scattering, said the naïve painter.');
  const found = (text: string) => store.search(text).hits.map(({ role }) => role);
  expect(found('SKY blue ')).toEqual(['user']);
  expect(found('"sky is"')).toEqual([]);
  expect(found('"the sky"')).toEqual(['user']);
  expect(found('Rayl')).toEqual(['assistant']);
  expect(found('Rayl ')).toEqual([]);
  expect(found('naive ')).toEqual(['assistant']);
  expect(found('the ')).toEqual(['assistant', 'user']);
  expect(found('OR NOT (')).toEqual([]);
  expect(found('')).toEqual([]);
  expect(store.search('blue ').hits).toMatchObject([
    { session: id, title: 'colours', snippet: 'Why is the sky \u{e000}blue\u{e001}?' },
  ]);
});

test('filters hold for the exchange of a message, alone and with words', () => {
  const clock = fakeClock();
  const store = openedStore(undefined, { clock });
  const { id } = store.create('t');
  const error = { class: 'RateLimited', message: 'slow down', hop: 'provider', statusCode: 429 };
  ask(store, id, 'fast sky', 'yes', null, { metrics: { ttftMs: 100, outputTokens: 5 } });
  ask(store, id, 'slow sky', 'no', null, { metrics: { ttftMs: 2500, outputTokens: 500 }, model: 'o3' });
  ask(store, id, 'failed sky', '', null, { metrics: {}, error, outcome: 'error' });
  const found = (text: string) =>
    store.search(text).hits.map(({ snippet }) => snippet.replace(/[\u{e000}\u{e001}]/gu, ''));
  expect(found('ttft>2s')).toEqual(['no']);
  expect(found('sky ttft>2s')).toEqual(['slow sky']);
  expect(found('sky ttft<2s tokens<10')).toEqual(['fast sky']);
  expect(found('error:429')).toEqual(['slow down']);
  expect(found('sky error:ratelimited')).toEqual(['failed sky']);
  expect(found('model:o3')).toEqual(['no']);
  expect(found('after:2030-01-01')).toEqual([]);
  clock.ms = new Date(2030, 5, 1).getTime();
  store.append(id, { role: 'user', text: 'sky of the future', parentId: null });
  expect(found('sky after:2030-01-01')).toEqual(['sky of the future']);
});

test('words are found with a filter that very many exchanges meet, too', () => {
  const store = openedStore();
  const { id } = store.create('t');
  store.together(() => {
    for (let count = 0; count < 2100; count += 1) {
      ask(store, id, `question ${count}`, count % 700 === 0 ? 'wombat' : 'a', null, {
        metrics: { ttftMs: 3000 },
      });
    }
    ask(store, id, 'question', 'wombat', null, { metrics: { ttftMs: 100 } });
  });
  expect(store.search('wombat ttft>2s').hits).toHaveLength(3);
  expect(store.search('wombat ttft<2s').hits).toHaveLength(1);
  expect(store.search('question 7 ttft>2s').hits.length).toBeGreaterThan(0);
  expect(store.search('question ttft>2s').hits).toHaveLength(50);
});
