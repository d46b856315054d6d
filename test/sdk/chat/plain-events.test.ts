import { expect, test } from 'vitest';
import { createPlainEvents } from '../../../src/sdk/chat/plain-events.js';

const read = (...pieces: readonly string[]): string[] => {
  const told: string[] = [];
  const feed = createPlainEvents(
    (data) => told.push(`data ${data}`),
    (text) => told.push(`rest ${text}`),
  );
  for (const piece of pieces) feed(piece);
  return told;
};

test.each([
  ['whole events, one or several a piece', ['data: a\n\n', 'data: b\n\ndata: c\n\n'], 'data a,data b,data c'],
  ['one that came in parts', ['data: a', '\n\n', 'data: b\n\n'], 'rest data: a,rest \n\n,data b'],
  ['one whose end came in parts', ['data: a\n', '\n', 'data: b\n\n'], 'rest data: a\n,rest \n,data b'],
  [
    'one that came in parts, and whole ones after it',
    ['data: a\n\ndata: b', 'c\n\ndata: d\n\ndata: e\n', '\ndata: f\n\n'],
    'data a,rest data: b,rest c\n\n,data d,rest data: e\n,rest \n,data f',
  ],
  ['one of several lines', ['data: a\ndata: b\n\n', 'data: c\n\n'], 'rest data: a\ndata: b\n\n,data c'],
  ['one with a name', ['event: x\n', 'data: a\n\n'], 'rest event: x\n,rest data: a\n\n'],
  ['one without a space', ['data:a\n\n'], 'rest data:a\n\n'],
  ['carriage returns', ['data: a\r\n\r\n', 'data: b\r\n\n'], 'rest data: a\r\n\r\n,rest data: b\r\n\n'],
  ['a comment before', [': x\n\ndata: a\n\n', 'data: b\n\n'], 'rest : x\n\ndata: a\n\n,data b'],
  [
    'what follows a whole one',
    ['data: a\n\nevent: x\n', 'data: b\n\n'],
    'data a,rest event: x\n,rest data: b\n\n',
  ],
])('%s', (_name, pieces, told) => {
  expect(read(...pieces).join(',')).toBe(told);
});
