import { expect, test } from 'vitest';
import { serverLines } from '../../../src/ui/panes/server.js';
import { plainText } from '../../../src/ui/style/line.js';

const lines = (...args: Parameters<typeof serverLines>) => serverLines(...args).map(plainText);

test('a server has at most three short lines', () => {
  const figures = { running: 14, waiting: 3, kv_cache: 0.918, generation_tokens: 5 };
  expect(lines({ kind: 'read', figures }, 24)).toEqual([
    'server runs           14',
    'server queue           3',
    'KV cache            92 %',
  ]);
  expect(lines({ kind: 'read', figures: { running: 1 } }, 24)).toEqual(['server runs            1']);
});

test('one line says why the load is unknown', () => {
  expect(lines({ kind: 'unread', problem: 'the server answered 503' }, 24)).toEqual([
    'metrics: the server ans…',
  ]);
  expect(lines({ kind: 'read', figures: {} }, 24)).toEqual(['metrics: no known names']);
  expect(lines(undefined, 24)).toEqual([]);
});
