import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSanitizer, forTerminal, sanitize, sanitizeLine } from '../../../src/state/text/sanitize.js';

/** Matches characters that must never remain: controls but newline and tab, C1, tags, unpaired surrogates. */
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u{e0000}-\u{e007f}]|\p{Surrogate}/u;

describe('the sanitizer removes', () => {
  test.each([
    ['colours', 'a\x1b[31mb\x1b[0mc', 'abc'],
    ['cursor movement with intermediates', 'a\x1b[2 qb\x1b[?1049hc', 'abc'],
    ['a title', 'a\x1b]0;owned\x07b', 'ab'],
    ['a title that ends with ST', 'a\x1b]2;owned\x1b\\b', 'ab'],
    ['the clipboard', 'a\x1b]52;c;aGk=\x07b', 'ab'],
    ['a link, but not its text', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['device control', 'a\x1bP+q544e\x1b\\b', 'ab'],
    ['application, privacy and other strings', 'a\x1b_x\x1b\\b\x1b^y\x1b\\c\x1bXz\x1b\\d', 'abcd'],
    ['a character set', 'a\x1b(Bb', 'ab'],
    ['two-character sequences', 'a\x1bcb\x1b7c\x1bMd', 'abcd'],
    ['the 8-bit forms', 'a\x9b31mb\x9d0;t\x9cc\x90q\x9cd\x85e', 'abcde'],
    ['single controls', 'a\x00\x07\x08\x0b\x0c\x0e\x7fb', 'ab'],
    ['tags and other invisible text', 'a\u{e0041}\u{e007f}b\u2060\ufeffc', 'abc'],
    ['tags outside of flags', '🏴\t\u{e0067}🏴a\u{e0067}', '🏴\t🏴a'],
    ['more tags than a flag has', `🏴${'\u{e0067}'.repeat(20)}`, `🏴${'\u{e0067}'.repeat(7)}`],
  ])('%s', (_name, text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });
});

describe('the sanitizer keeps', () => {
  test.each([
    ['newlines and tabs', 'a\n\tb'],
    ['letters of any script', 'Grüße, 世界, שלום, नमस्ते, ไทย'],
    ['emoji made of several characters', '👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️'],
    ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['joiners and variation selectors', 'می\u200cخواهم, क्\u200dष, ❤\ufe0e ❤\ufe0f, 葛\u{e0100}'],
    ['bidirectional controls', 'a\u202eb\u2066c\u200fd'],
    ['combining marks', 'e\u0301 a\u0308\u0301'],
    ['text that only looks like a sequence', '[31m ]0;title'],
  ])('%s', (_name, text) => {
    expect(sanitize(text)).toBe(text);
  });

  test('an answer after a control string that never ends', () => {
    expect(sanitize('a\x1b]0;never closed\nnext line')).toBe('a\nnext line');
    expect(sanitize(`a\x1bP${'x'.repeat(10_000)}`).length).toBeGreaterThan(5_000);
    expect(sanitize(`a\x1b[${'1;'.repeat(100)}`).length).toBeGreaterThan(100);
  });

  test('a sequence that begins inside another', () => {
    expect(sanitize('a\x1b[3\x1b[31mb')).toBe('ab');
    expect(sanitize('a\x1b]0;x\x1b[31mb')).toBe('ab');
  });
});

describe('line ends', () => {
  test.each([
    ['a\r\nb', 'a\nb'],
    ['a\rb', 'a\nb'],
    ['a\r\r\nb', 'a\n\nb'],
    ['a\u2028b\u2029c', 'a\nb\nc'],
  ])('%j becomes %j', (text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });
});

test('a terminal gets marks in place of bidirectional controls', () => {
  expect(forTerminal('a\u202eb\u2066c\u200fd\x1b[31m')).toBe('a‹RLO›b‹LRI›c‹RLM›d');
});

test('half of a surrogate pair waits for its other half, and is replaced if that does not come', () => {
  const sanitizer = createSanitizer();
  expect(sanitizer.feed('a\ud83d')).toBe('a');
  expect(sanitizer.feed('\udc4bb')).toBe('👋b');
  expect(sanitizer.feed('\ud83d')).toBe('');
  expect(sanitizer.flush()).toBe('\ufffd');
  expect(sanitize('a\udc4bb')).toBe('a\ufffdb');
});

test('marks and joined emoji on one character are limited', () => {
  expect(sanitize(`a${'\u0301'.repeat(1000)}b`).length).toBeLessThan(30);
  const longest = [...new Intl.Segmenter().segment(sanitize('👩\u200d'.repeat(500)))].map(
    ({ segment }) => segment.length,
  );
  expect(Math.max(...longest)).toBeLessThan(64);
});

test('a one-line text keeps its words apart', () => {
  expect(sanitizeLine(' a\n\n  b\x1b[0m\tc ')).toBe('a b c');
});

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      '\x1b',
      '\x1b[',
      '\x1b]',
      '\x1bP',
      '\x1b\\',
      '\x9b',
      '\x9d',
      '\x9c',
      '\x07',
      '\r',
      '\n',
      '\t',
      ';',
      'm',
    ),
    fc.constantFrom(
      '31',
      '\u0301',
      '\u200d',
      '👩',
      '\ud83d',
      '\udc4b',
      '\u202e',
      '\u{e0041}',
      '世',
      '\x00',
      '\x85',
    ),
    fc.string({ maxLength: 4 }),
  ),
  { maxLength: 40 },
);

test("the result doesn't depend on how the text is cut into pieces", () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat(200), { maxLength: 8 }), (parts, cuts) => {
      const text = parts.join('');
      const sanitizer = createSanitizer();
      let shown = '';
      let from = 0;
      for (const cut of [...cuts.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length]) {
        shown += sanitizer.feed(text.slice(from, cut));
        from = cut;
      }
      expect(shown + sanitizer.flush()).toBe(sanitize(text));
    }),
    { numRuns: 2000 },
  );
});

test('control characters are removed, and ordinary text is unchanged', () => {
  fc.assert(
    fc.property(hostile, (parts) => {
      const shown = sanitize(parts.join(''));
      expect(shown).not.toMatch(HARMFUL);
      expect(sanitize(shown)).toBe(shown);
    }),
    { numRuns: 2000 },
  );
});
