import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/sessions/file/database.js';
import { migrate } from '../../src/sessions/file/open-file.js';
import { parseQuery } from '../../src/sessions/search/query.js';
import { ask, fakeClock, folder, openedStore } from './fixtures.js';

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
  '%s is reported as an unknown filter, and the other words count',
  (text) => {
    const query = parseQuery(`${text} sky `, NOW);
    expect(query.problems).toEqual([expect.stringContaining(`${text}: `)]);
    expect(query.terms).toEqual([{ text: 'sky', prefix: false }]);
  },
);

test.each(['speed>5', 'Tokens_per_s<=3', 'foo>=1', 'foo<1'])(
  '%s is an error that lists the filters',
  (text) => {
    expect(parseQuery(text, NOW)).toEqual({
      terms: [],
      filters: [],
      problems: [
        expect.stringMatching(
          /: there is no filter "\w+"\. Use ttft, e2e, tokens, .*, or put the text in quotes$/,
        ),
      ],
      unfinished: false,
    });
    expect(parseQuery(`"${text}"`, NOW)).toMatchObject({ terms: [{ text }], problems: [] });
  },
);

test('a hit of a filter on a figure has that figure, for the answer and its question', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const metrics = { ttftMs: 1500, e2eMs: 2600, outputTokens: 7 };
  ask(store, id, 'why', 'slow', null, { metrics });
  ask(store, id, 'why', 'quick', null, { metrics: { ...metrics, ttftMs: 20 } });
  const figures = (text: string) => store.search(text).hits.map((hit) => [hit.snippet, hit.figures]);
  expect(figures('ttft>1s')).toEqual([['slow', { ttft: 1500 }]]);
  expect(figures('slow tokens>=7 e2e>2s')).toEqual([
    [expect.stringContaining('slow'), { tokens: 7, e2e: 2600 }],
  ]);
  expect(figures('why ttft>1s')).toEqual([[expect.stringContaining('why'), { ttft: 1500 }]]);
  expect(store.search('quick').hits[0]).not.toHaveProperty('figures');
});

test('a query is valid after each key while it is typed', () => {
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

test.each([
  ['東京タワーは首都の天気塔です。', ['京', '首都', '天気', 'タワー', 'ワー', 'です', '東京タワー']],
  ['重跑gen-itgc后50条记录', ['gen', 'itgc', '后50', '记录', '重跑gen']],
  ['학교에서 한국어를 배웠다', ['교에', '국어', '학교에서', '한국어를 배']],
  ['อากาศวันนี้ดี', ['วันนี้', 'กาศ']],
  ['Ship it 🚀👍🏽 👩‍💻 from 🇯🇵 ☀️', ['🚀', '👍', '👍🏽', '👩‍💻', '🇯🇵', '☀', 'it 🚀']],
  // Composed and decomposed.
  ['\u304b\u3099っこう', ['がっこ', 'か\u3099']],
])('any part of "%s" is found, even one character', (text, parts) => {
  const store = openedStore();
  const { id } = store.create('t');
  ask(store, id, text, 'something else', null);
  for (const part of parts)
    for (const typed of [part, `${part} `, `"${part}"`])
      expect(store.search(typed).hits, typed).toMatchObject([{ role: 'user' }]);
  for (const absent of ['都首', '🦀', 'ーワ', '어국']) expect(store.search(absent).hits, absent).toEqual([]);
});

test('after its migration, the texts of an older file are found by any part', () => {
  const path = join(folder(), 'sessions.db');
  closeSync(openSync(path, 'wx', 0o600));
  const older = openDatabase(path);
  migrate(older, 3);
  older.exec(`
    INSERT INTO sessions (id, title, created_ms, used_ms, touched) VALUES ('00c0ffee0001', 't', 1, 1, 1);
    INSERT INTO messages (session, role, at_ms, text, status) VALUES
      (1, 'user', 1, '東京タワー', 'complete'), (1, 'assistant', 1, '塔です', 'complete');
    INSERT INTO exchanges (session, answer, at_ms, endpoint, url, model, outcome, request, metrics)
      VALUES (1, 2, 1, 'e', 'u', 'm', 'complete', '{}', '{"finishReason":"stop"}');
  `);
  older.close();
  const store = openedStore(path);
  expect(store.search('タワ').hits).toMatchObject([{ role: 'user' }]);
  expect(store.search('です').hits).toMatchObject([{ role: 'assistant' }]);
  expect(store.branchInUse('00c0ffee0001')).toEqual([]);
  expect(store.load('00c0ffee0001').messages[1]).toMatchObject({ finishReason: 'stop' });
});

test('any substring of a text in a script without spaces is found, and marked in it', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const character = fc.constantFrom(...'日本語東京都天気タワーのはです한국어汉字𠮷🚀🤖😀☔');
  const texts = fc.array(character, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.nat(19), fc.integer({ min: 1, max: 20 }), (characters, start, length) => {
      const from = start % characters.length;
      const part = characters.slice(from, from + length).join('');
      const messageId = store.append(id, { role: 'user', text: characters.join(''), parentId: null });
      const [latest] = store.search(part).hits;
      expect(latest).toMatchObject({ messageId });
      expect(latest?.snippet).toContain(`\u{e000}${part}\u{e001}`);
      expect(latest?.snippet.replace(/[\u{e000}\u{e001}]/gu, '')).toBe(characters.join(''));
    }),
    { numRuns: 100 },
  );
});

test('tool calls, refusals, reasoning and the names of images are found, also when a model escapes characters', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const image = { name: 'Kirschblüte.png', type: 'image/png', size: 1, data: 'AA==', url: null };
  const parentId = store.append(id, { role: 'user', text: 'q', parentId: null, attachments: [image] });
  const answer = store.beginAnswer(id, { parentId, endpoint: 'e', model: 'm' });
  const call = {
    id: 'call_1',
    name: 'get_weather',
    arguments: '{"city": "\\u6771\\u4eac", "unit": "kelvin"}',
  };
  store.checkpoint(answer, { text: '', toolCalls: [call] });
  expect(store.search('kelvin').hits).toEqual([]);
  store.finishAnswer(answer, {
    text: '',
    reasoning: 'Perhaps a barometer?',
    refusal: 'Impossible.',
    toolCalls: [call],
    status: 'complete',
  });
  const found = (text: string) => store.search(text).hits.map(({ role }) => role);
  for (const words of ['get_weather ', 'weather kelvin ', '東京', 'barometer', 'impossible'])
    expect(found(words), words).toEqual(['assistant']);
  expect(found('kirschblute')).toEqual(['user']);
  store.purge(id);
  expect(found('kelvin')).toEqual([]);
});

test('filters match the exchange of a message, with and without words', () => {
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

test('words are found together with a filter that matches very many exchanges', () => {
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
