import { expect, test } from 'vitest';
import { recordingOf } from '../../../src/commands/record/stored-recording.js';
import { ask, fakeClock, openedStore } from '../../sessions/fixtures.js';

test('a recording of a saved exchange keeps reasoning, cached and cache-write tokens', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('usage');
  ask(store, id, 'q', 'a', null, {
    metrics: {
      usage: {
        promptTokens: 9,
        completionTokens: 1001,
        totalTokens: 1010,
        reasoningTokens: 1000,
        cachedTokens: 8,
        cacheWriteTokens: 1,
      },
    },
    timeline: { headersMs: 5, text: { ms: [10], chars: [1] }, reasoning: { ms: [], chars: [] } },
  });
  const session = store.load(id);
  const [exchange] = session.exchanges;
  const recording = exchange && recordingOf(session, exchange);
  const text = recording?.parts.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
  expect(text).toContain('"completion_tokens_details":{"reasoning_tokens":1000}');
  expect(text).toContain('"prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":1}');
});
