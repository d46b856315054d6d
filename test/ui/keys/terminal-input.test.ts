import { expect, test } from 'vitest';
import { createKeyTranslator, privateKeyName } from '../../../src/ui/keys/terminal-input.js';

let nowMs = 0;
const translator = () => createKeyTranslator(() => nowMs);
const names = (text: string): (string | undefined)[] => Array.from(text, privateKeyName);

test.each([
  ['\x1bOQ', 'f2'],
  ['\x1b[12~', 'f2'],
  ['\x1b[Q', 'f2'],
  ['\x1b[[B', 'f2'],
  ['\x1bOP', 'f1'],
  ['\x1b[15~', 'f5'],
  ['\x1b[24~', 'f12'],
])('%j is %s', (sequence, name) => {
  expect(names(translator()(sequence))).toEqual([name]);
});

test.each(['\x1b[A', '\x1bOB', '\x1b[1;2A', '\x1b[16~', '\x1b[1;5Q', 'OQ', 'hello\r', '\x1b'])(
  '%j stays as it is',
  (chunk) => {
    expect(translator()(chunk)).toBe(chunk);
  },
);

test('arrows that come in one piece are the wheel, as many rows as there are arrows', () => {
  expect(names(translator()('\x1b[A\x1b[A\x1b[A'))).toEqual(['wheelup', 'wheelup', 'wheelup']);
  expect(names(translator()('\x1bOB\x1bOB'))).toEqual(['wheeldown', 'wheeldown']);
  expect(translator()('\x1b[A\x1b[B')).toBe('\x1b[A\x1b[B');
});

test('a single arrow right after the wheel belongs to it; later it is a key', () => {
  const translate = translator();
  nowMs = 1000;
  translate('\x1b[A\x1b[A');
  nowMs = 1060;
  expect(names(translate('\x1b[A'))).toEqual(['wheelup']);
  nowMs = 1400;
  expect(translate('\x1b[A')).toBe('\x1b[A');
});

test('what is pasted stays as it is, also when it comes in several pieces', () => {
  const translate = translator();
  for (const chunk of ['\x1b[200~a\x1bOQ', '\x1b[A\x1b[A', '\x1bOQ\x1b[201~'])
    expect(translate(chunk)).toBe(chunk);
  expect(names(translate('\x1bOQ'))).toEqual(['f2']);
});
