import { expect, test } from 'vitest';
import type { AssistantMessage, Message, ShownCall } from '../../../src/state/messages.js';
import { spokenMessage } from '../../../src/ui/screen-reader/spoken.js';
import { plainText } from '../../../src/ui/style/line.js';
import { type BlockMaker, createBlockMaker } from '../../../src/ui/transcript/block.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { metricsOf, SIMULATOR } from '../../support/chat/chat-ports.js';
import { blockRows } from '../../support/texts/block-rows.js';

const answer = (toolCalls: readonly ShownCall[], text = '', streaming = true): AssistantMessage => ({
  role: 'assistant',
  id: 1,
  atMs: 0,
  text,
  reasoning: '',
  toolCalls,
  endpoint: SIMULATOR,
  status: streaming ? { kind: 'streaming' } : { kind: 'complete', metrics: metricsOf(), remarks: [] },
});
const makerFor = (message: Message, width = 40): BlockMaker =>
  createBlockMaker(message, { width, highlighter: plainHighlighter, reasoning: false });
const rowsOf = (make: BlockMaker, message: Message): string[] => {
  return blockRows(make(message))
    .map(({ line }) => plainText(line))
    .slice(1);
};

test('a call shows its name, and its arguments as they arrive', () => {
  const first = answer([{ id: 'c1', name: 'weather', arguments: '' }]);
  const make = makerFor(first);
  expect(rowsOf(make, first)).toEqual(['calls weather▌', '']);
  expect(rowsOf(make, answer([{ id: 'c1', name: 'weather', arguments: '{"at":"Be' }]))).toEqual([
    'calls weather',
    '  {"at":"Be▌',
    '',
  ]);
  const calls = [
    { id: 'c1', name: 'weather', arguments: '{"at":"Bern"}' },
    { id: 'c2', name: 'time', arguments: '{}' },
  ];
  expect(rowsOf(make, answer(calls, '', false))).toEqual([
    'calls weather',
    '  {"at":"Bern"}',
    'calls time',
    '  {}',
    '',
  ]);
});

test('a call comes after the text of its answer, and is wrapped', () => {
  const message = answer(
    [{ id: 'c1', name: 'write', arguments: '{"text": "one two three four"}' }],
    'Well.',
    false,
  );
  expect(rowsOf(makerFor(message, 20), message)).toEqual([
    'Well.',
    '',
    'calls write',
    '  {"text": "one two',
    '  three four"}',
    '',
  ]);
});

test('every row of a call has its own offset, so that the user can scroll in it', () => {
  const args = Array.from({ length: 30 }, (_, index) => `"key ${index}": 1`).join(', ');
  const message = answer([{ id: 'c1', name: 'write', arguments: args }], 'Well.', false);
  const offsets = blockRows(makerFor(message, 30)(message)).map(({ offset }) => offset);
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
});

test('a result is shown and read with the name of its tool', () => {
  const result: Message = { role: 'tool', id: 2, atMs: 0, text: 'rain', call: { id: 'c1', name: 'weather' } };
  const [heading, text] = blockRows(makerFor(result)(result)).map(({ line }) => plainText(line));
  expect(heading).toMatch(/^result of weather /);
  expect(text).toBe('rain');
  expect(spokenMessage(result)).toBe('Result of weather: rain');
});
