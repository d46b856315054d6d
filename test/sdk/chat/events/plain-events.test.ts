import { expect, test } from 'vitest';
import { createPlainEvents } from '../../../../src/sdk/chat/events/plain-events.js';

const read = (...pieces: readonly string[]): string[] => {
  const told: string[] = [];
  const events = createPlainEvents(
    (data) => told.push(`data ${data}`) > 0,
    (text) => told.push(`rest ${text}`),
  );
  for (const piece of pieces) events.feed(piece);
  return told;
};

test.each([
  [
    'whole events, one or several in a piece',
    ['data: a\n\n', 'data: b\n\ndata: c\n\n'],
    'data a,data b,data c',
  ],
  ['an event in parts', ['data: a', '\n\n', 'data: b\n\n'], 'rest data: a,rest \n\n,data b'],
  ['an event whose end came in parts', ['data: a\n', '\n', 'data: b\n\n'], 'rest data: a\n,rest \n,data b'],
  [
    'an event in parts, followed by whole ones',
    ['data: a\n\ndata: b', 'c\n\ndata: d\n\ndata: e\n', '\ndata: f\n\n'],
    'data a,rest data: b,rest c\n\n,data d,rest data: e\n,rest \n,data f',
  ],
  ['an event of several lines', ['data: a\ndata: b\n\n', 'data: c\n\n'], 'rest data: a\ndata: b\n\n,data c'],
  ['an event with a name', ['event: x\n', 'data: a\n\n'], 'rest event: x\n,rest data: a\n\n'],
  ['an event without a space', ['data:a\n\n'], 'rest data:a\n\n'],
  ['carriage returns', ['data: a\r\n\r\n', 'data: b\r\n\n'], 'rest data: a\r\n\r\n,rest data: b\r\n\n'],
  ['a comment before', [': x\n\ndata: a\n\n', 'data: b\n\n'], 'rest : x\n\ndata: a\n\n,data b'],
  [
    'other text after a whole event',
    ['data: a\n\nevent: x\n', 'data: b\n\n'],
    'data a,rest event: x\n,rest data: b\n\n',
  ],
])('%s', (_name, pieces, told) => {
  expect(read(...pieces).join(',')).toBe(told);
});
