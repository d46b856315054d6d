import { describe, expect, test } from 'vitest';
import { createChatStream, type ToolCall } from '../../../../src/sdk/index.js';

/** Reads the deltas, one in each event, and returns the calls. */
const callsOf = (...pieces: unknown[]): ToolCall[] => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  for (const piece of pieces) {
    stream.feed(
      Buffer.from(`data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [piece] } }] })}\n\n`),
    );
  }
  stream.feed(Buffer.from('data: [DONE]\n\n'));
  return stream.end({ kind: 'closed' }).toolCalls;
};
const call = (id: string, name: string, args = ''): ToolCall => ({ id, name, arguments: args });
const piece = (index: unknown, id?: string, name?: string, args?: unknown): object => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id }),
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});

test('two calls with mixed deltas', () => {
  expect(
    callsOf(
      piece(0, 'a', 'f', ''),
      piece(1, 'b', 'g', ''),
      piece(0, undefined, undefined, '{"x"'),
      piece(1, undefined, undefined, '{}'),
      piece(0, undefined, undefined, ':1}'),
    ),
  ).toEqual([call('a', 'f', '{"x":1}'), call('b', 'g', '{}')]);
});

test('id and name repeated with each delta', () => {
  expect(callsOf(piece(0, 'a', 'f', '{'), piece(0, 'a', 'f', '}'))).toEqual([call('a', 'f', '{}')]);
});

test('another id with each delta, and the name once', () => {
  expect(callsOf(piece(0, 'a', 'f', '{'), piece(0, 'b', '', '}'))).toEqual([call('a', 'f', '{}')]);
});

describe('an unusable index', () => {
  test('missing: ids distinguish the calls, and deltas without an id continue the last call', () => {
    expect(
      callsOf(
        piece(undefined, 'a', 'f', '{'),
        piece(undefined, undefined, undefined, '}'),
        piece(undefined, 'b', 'f', '{'),
        piece(undefined, 'b', undefined, '}'),
      ),
    ).toEqual([call('a', 'f', '{}'), call('b', 'f', '{}')]);
  });

  test('missing, and without ids: a name begins a call', () => {
    expect(
      callsOf(piece(undefined, undefined, 'f', '{}'), piece(undefined, undefined, 'f', '{}')),
    ).toHaveLength(2);
  });

  test('the same for every call', () => {
    expect(callsOf(piece(0, 'a', 'f', '{}'), piece(0, 'b', 'g', '{}'))).toEqual([
      call('a', 'f', '{}'),
      call('b', 'g', '{}'),
    ]);
  });

  test.each([2 ** 53, 1e308, -1, 4_294_967_295, 1.5, '0', '__proto__', 'constructor', null, {}, []])(
    '%j does no harm',
    (index) => {
      const calls = callsOf(piece(index, 'a', 'f', '{'), piece(index, undefined, undefined, '}'));
      expect(calls).toEqual([call('a', 'f', '{}')]);
      expect(Object.keys(calls)).toEqual(['0']);
    },
  );

  test("members with names of the language's own do no harm", () => {
    callsOf({ index: 0, __proto__: null, function: { name: '__proto__', arguments: 'x' } });
    callsOf(
      JSON.parse(
        '{"index":"__proto__","id":"__proto__","function":{"name":"constructor","__proto__":{"polluted":1}}}',
      ),
    );
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(Object.prototype).not.toHaveProperty('arguments');
  });
});

test('arguments as an object become JSON text', () => {
  expect(callsOf(piece(0, 'a', 'f', { x: 1 }))).toEqual([call('a', 'f', '{"x":1}')]);
});

test('invalid deltas are skipped', () => {
  expect(callsOf(null, 7, 'x', {}, { index: 0, function: null })).toEqual([]);
  expect(callsOf(piece(0, 'a', 'f', null), piece(0, 'a', undefined, 7))).toEqual([call('a', 'f', '')]);
});
