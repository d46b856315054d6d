import { describe, expect, test } from 'vitest';
import { createStrayLines } from '../../../src/sdk/chat/stray-lines.js';

const sieve = (pieces: readonly string[]): { passed: string; taken: string[]; order: string } => {
  let passed = '';
  let order = '';
  const taken: string[] = [];
  const lines = createStrayLines(
    (text) => {
      passed += text;
      order += text.length > 0 ? 'p' : '';
    },
    (line) => {
      taken.push(line);
      order += 't';
    },
  );
  for (const piece of pieces) lines.feed(piece);
  lines.end();
  return { passed, taken, order: order.replace(/p+/g, 'p') };
};

describe('lines that are not fields', () => {
  test('errors and bare JSON are filtered out, and all other text is passed on in order', () => {
    const text = 'event: a\ndata: {"b":1}\n\nerror: {"c":2}\n\n{"d":3}\r\ndata: e\n\n';
    expect(sieve([text])).toEqual({
      passed: 'event: a\ndata: {"b":1}\n\n\ndata: e\n\n',
      taken: ['error: {"c":2}\n', '{"d":3}\r\n'],
      order: 'ptptp',
    });
  });

  test('the last one needs no line end; a beginning that is not continued is passed on', () => {
    expect(sieve(['data: a\n{"b"']).taken).toEqual(['{"b"']);
    expect(sieve(['data: a\nerr'])).toMatchObject({ passed: 'data: a\nerr', taken: [] });
    expect(sieve(['data: a\nerr', 'ata: b\n'])).toMatchObject({ passed: 'data: a\nerrata: b\n' });
  });

  test('the result does not depend on how the text is split', () => {
    const text = 'data: error: {\n\nerror: {"c":2}\nevent: x\ne\n{"d":3}\n\nerro\n';
    const whole = sieve([text]);
    expect(sieve([...text])).toMatchObject({ passed: whole.passed, taken: whole.taken });
    for (let at = 0; at <= text.length; at += 1) {
      const { passed, taken } = sieve([text.slice(0, at), text.slice(at)]);
      expect({ passed, taken }).toEqual({ passed: whole.passed, taken: whole.taken });
    }
  });

  test('an endless line is kept up to a limit', () => {
    const piece = 'x'.repeat(1 << 20);
    const { taken } = sieve(['{', ...Array.from({ length: 64 }, () => piece)]);
    expect(taken[0]?.length).toBe(64 * 1024);
  });
});
