import { expect, test } from 'vitest';
import { toDocument } from '../../../src/sessions/export/document.js';
import { toJsonLines } from '../../../src/sessions/export/exchanges.js';
import { readImport } from '../../../src/sessions/import/recognise.js';
import { sample, withTools } from '../export/samples.js';

test('the export of exchanges is the same after an import and another export', async () => {
  const exported = toJsonLines([withTools(), sample()]);
  const { format, sessions, foreign } = await readImport(exported);
  expect([format, foreign]).toEqual(['an export of exchanges of vastar-tui', false]);
  const values = (lines: string): unknown[] =>
    lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  expect(values(toJsonLines(sessions))).toEqual(values(exported));
});

test('a repeated question has both answers, and a result follows its call', async () => {
  const { sessions } = await readImport(toJsonLines([sample(), withTools()]));
  const trees = sessions.map(({ messages }) =>
    messages.map(({ id, parentId, role }) => `${id}<${parentId} ${role}`),
  );
  expect(trees).toEqual([
    ['1<null user', '2<1 assistant', '3<2 user', '4<3 assistant', '5<4 user', '6<5 assistant'],
    ['1<null user', '2<1 assistant', '3<2 tool', '4<3 assistant'],
  ]);
  const lines = toJsonLines([sample()]).replaceAll('"not taken"', '"q1"').replaceAll('"q2"', '"q1"');
  const [again] = (await readImport(lines)).sessions;
  expect(again?.messages.map(({ parentId, text }) => [parentId, text])).toEqual([
    [null, 'q1'],
    [1, 'a1'],
    [1, 'other'],
    [1, ''],
  ]);
});

test('this program’s JSON export is recognised', async () => {
  const session = sample();
  const { format, sessions, foreign } = await readImport(toDocument([session]));
  expect([format, foreign, sessions.length]).toEqual(['an export of vastar-tui', false, 1]);
});
