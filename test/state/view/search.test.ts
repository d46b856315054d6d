import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/state/messages.js';
import { type Search, searchCount, searchFor, searchOn } from '../../../src/state/view/search.js';

const said = (id: number, text: string): Message => ({ role: 'user', id, atMs: 0, text });
const messages = [said(1, 'One two one'), said(2, 'nothing'), said(5, 'a.b ONE')];
const CLOSED: Search = { kind: 'closed' };

const character = fc.oneof(
  fc.constantFrom(...'.*+?^$()[]{}|\\/-ſKİ'),
  fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0x1_0000, max: 0x10_ffff }).map((code) => String.fromCodePoint(code)),
);

describe('a search', () => {
  test('begins at the last match and ignores case', () => {
    const search = searchFor(messages, CLOSED, 'one');
    expect(search).toMatchObject({ current: { message: 5, offset: 4 } });
    expect(searchCount(messages, search)).toEqual({ current: 3, total: 3 });
  });

  test('wraps at both ends', () => {
    let search = searchFor(messages, CLOSED, 'one');
    const seen: number[] = [];
    for (const step of [1, 1, 1, -1, -1, -1] as const) {
      search = searchOn(messages, search, step);
      seen.push(searchCount(messages, search).current);
    }
    expect(seen).toEqual([1, 2, 3, 2, 1, 3]);
  });

  test('reads the query literally', () => {
    expect(searchCount(messages, searchFor(messages, CLOSED, 'a.b'))).toEqual({ current: 1, total: 1 });
    expect(searchCount(messages, searchFor(messages, CLOSED, '.'))).toEqual({ current: 1, total: 1 });
    expect(searchCount(messages, searchFor(messages, CLOSED, '(['))).toEqual({ current: 0, total: 0 });
    expect(searchCount(messages, searchFor(messages, CLOSED, ''))).toEqual({ current: 0, total: 0 });
  });

  test.each([
    ['surely and', 'so `surely` and on'],
    ['bold text', 'a **bold** *text*'],
    ['two lines', '> over two\n  lines'],
    ['foobar', 'foo**bar**'],
    ['snake_case', 'snake_case'],
    ['**bold**', '**bold**'],
  ])('finds %j in %j, whose marks are not shown', (query, text) => {
    const one = [said(1, text)];
    expect(searchCount(one, searchFor(one, CLOSED, query)).total).toBe(1);
  });

  test.each([
    ['foobar', 'foo_bar'],
    ['23', '2*3'],
    ['a b', 'ab'],
  ])('does not find %j in %j', (query, text) => {
    const one = [said(1, text)];
    expect(searchCount(one, searchFor(one, CLOSED, query)).total).toBe(0);
  });

  test('takes no longer with many marks', () => {
    const one = [said(1, '*_`~ '.repeat(20_000))];
    expect(searchCount(one, searchFor(one, CLOSED, '*_ * _ `a'.repeat(20))).total).toBe(0);
  });

  test('stays at its match while that still matches', () => {
    const first = searchOn(messages, searchFor(messages, CLOSED, 'on'), 1);
    expect(searchFor(messages, first, 'one')).toMatchObject({ current: { message: 1, offset: 0 } });
  });

  test('counts matches in an answer while it streams', () => {
    const search = searchFor(messages, CLOSED, 'one');
    expect(searchCount([...messages, said(6, 'one more')], search)).toEqual({ current: 3, total: 4 });
  });

  test('counts at most 9,999 matches', () => {
    const many = [said(1, 'x'.repeat(9_998)), said(2, 'xx')];
    expect(searchCount(many, searchFor(many, CLOSED, 'x')).total).toBe(9_999);
  });

  test.each(['-', '-.', 'a-b', '/', '\\', '[', '(?'])(
    'finds %s, although it has a meaning in patterns',
    (query) => {
      expect(
        searchCount([said(1, `x ${query} y`)], searchFor([said(1, `x ${query} y`)], CLOSED, query)).total,
      ).toBe(1);
    },
  );

  test('a query of any characters finds itself', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20, unit: character }), (query) => {
        const around = [said(1, `before ${query} after`)];
        expect(searchCount(around, searchFor(around, CLOSED, query)).total).toBeGreaterThan(0);
      }),
    );
  });
});
