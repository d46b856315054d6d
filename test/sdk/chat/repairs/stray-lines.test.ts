import { describe, expect, test } from 'vitest';
import { createStrayLines } from '../../../../src/sdk/chat/repairs/stray-lines.js';

const rewritten = (pieces: readonly string[]): string => {
  let passed = '';
  const lines = createStrayLines((text) => {
    passed += text;
  });
  for (const piece of pieces) lines.feed(piece);
  lines.end();
  return passed;
};

describe('lines that are not fields', () => {
  test('errors and bare JSON become events, and all other text is passed on in order', () => {
    expect(rewritten(['event: a\ndata: {"b":1}\n\nerror: {"c":2}\n\n{"d":3}\r\ndata: e\n\n'])).toBe(
      'event: a\ndata: {"b":1}\n\nevent: error\ndata: {"c":2}\n\n\ndata:{"d":3}\r\n\ndata: e\n\n',
    );
  });

  test('bare JSON belongs to the fields before it; an error is a separate event', () => {
    expect(rewritten(['event: x\n{"a":1}\n{"b":2}\n'])).toBe('event: x\ndata:{"a":1}\n\ndata:{"b":2}\n\n');
    expect(rewritten(['data: {"a":1}\nerror: no\n'])).toBe('data: {"a":1}\n\nevent: error\ndata: no\n\n');
  });

  test('JSON over several lines is one event, with and without indents', () => {
    const json = { a: { b: [1, 'x,'] }, c: [] };
    for (const indent of [2, '\t', '\u0020']) {
      for (const flat of [false, true]) {
        const text = JSON.stringify(json, null, indent);
        const lines = flat ? text.replace(/^\s+/gm, '') : text;
        const more = lines.replaceAll('\n', '\ndata:');
        expect(rewritten([`data: ${lines}\n\n`])).toBe(`data: ${more}\n\n`);
        expect(rewritten([`data:\n${lines}\n\n`])).toBe(`data:\ndata:${more}\n\n`);
        expect(rewritten([`${lines}\n${lines}\n: c\n`])).toBe(`data:${more}\n\ndata:${more}\n\n: c\n`);
      }
    }
  });

  test('the last one needs no line end; a beginning that is not continued is passed on', () => {
    expect(rewritten(['data: a\n\n{"b"'])).toBe('data: a\n\ndata:{"b"');
    expect(rewritten(['data: a\nerr'])).toBe('data: a\nerr');
    expect(rewritten(['data: a\nerr', 'ata: b\n'])).toBe('data: a\nerrata: b\n');
  });

  test('white space, byte order marks and zeros before `data:` are left out', () => {
    expect(rewritten(['data: a\n\n    data: b\n\n\tdata: c\n\n'])).toBe('data: a\n\ndata: b\n\ndata: c\n\n');
    expect(rewritten(['data: a\n\n\ufeffdata: b\n\n\0\0data: c\n\n'])).toBe(
      'data: a\n\ndata: b\n\ndata: c\n\n',
    );
    expect(rewritten(['data: a\n\n   x\n'])).toBe('data: a\n\n   x\n');
  });

  test('the result does not depend on how the text is split', () => {
    const text =
      '  data: 1\n\n  da\n[{"e":4}]\ndata: error: {\n\nerror: {"c":2}\nevent: x\ne\n{"d":3}\n\ndata: {\r\n  "a": [\r\n  1\r\n  ]\r\n}\n\n{\n"b": 1\n}\n: c\n\nerro\n';
    const whole = rewritten([text]);
    expect(rewritten([...text])).toBe(whole);
    for (let at = 0; at <= text.length; at += 1)
      expect(rewritten([text.slice(0, at), text.slice(at)])).toBe(whole);
  });

  test('plain text after an event becomes an event, before one it passes', () => {
    let passed = '';
    let seen = false;
    const lines = createStrayLines(
      (text) => {
        passed += text;
      },
      () => seen,
    );
    lines.feed('Bad Gateway\n');
    seen = true;
    lines.feed('Bad Gateway\nretry: 5\n');
    expect(passed).toBe('Bad Gateway\ndata:Bad Gateway\n\nretry: 5\n');
  });

  test('white space without end is not kept', () => {
    const spaces = ' '.repeat(600);
    expect(rewritten(['data: {\n', spaces, spaces, '"a"'])).toBe(`data: {\n${spaces}${spaces}"a"`);
  });
});
