import { describe, expect, test } from 'vitest';
import { type ChatEvent, type ChatResult, createChatStream } from '../../../src/sdk/index.js';
import { seededRandom } from '../../support/run/random.js';
import { chunksOfQuirk, type Quirk, quirks } from '../../support/servers/quirks.js';
import { randomRuns, splitRuns, systematicRuns } from '../../support/texts/split-fuzz.js';

interface Reading {
  result: ChatResult;
  events: ChatEvent[];
}

const read = (quirk: Quirk, pieces: readonly Uint8Array[]): Reading => {
  const events: ChatEvent[] = [];
  const stream = createChatStream({ statusCode: 200, contentType: quirk.content_type }, (event) =>
    events.push(event),
  );
  for (const piece of pieces) stream.feed(piece);
  return { result: stream.end({ kind: 'closed' }), events };
};

describe('the streams of real servers give the right result', () => {
  test.each(quirks)('$name', (quirk) => {
    const { result, events } = read(quirk, chunksOfQuirk(quirk));
    const expected = quirk.expect;
    expect(result.text).toBe(expected.text);
    expect(result.outcome).toBe(expected.outcome);
    expect(result.finishReason).toBe(expected.finish_reason ?? null);
    expect(result.usage).toEqual(
      expected.usage && {
        promptTokens: expected.usage.prompt_tokens,
        completionTokens: expected.usage.completion_tokens,
        totalTokens: expected.usage.total_tokens,
      },
    );
    expect(result.reasoning).toBe(expected.reasoning ?? '');
    expect(result.toolCalls).toEqual(expected.tool_calls ?? []);
    expect(result.malformedEvents).toBe(expected.malformed_events ?? 0);
    if (expected.outcome === 'error') expect(result.error?.message).toContain(expected.error ?? 'base_url');
    else expect(result.error).toBeUndefined();

    const texts = events.map((event) => (event.type === 'text' ? event.text : ''));
    expect(texts.join('')).toBe(expected.text);
    expect(events.filter(({ type }) => type === 'error')).toHaveLength(expected.outcome === 'error' ? 1 : 0);
  });
});

describe('the result does not depend on how the bytes are split', () => {
  // `npm run fuzz:sse` tests this with many more splits.
  test.each(quirks)('$name', (quirk) => {
    const stream = splitRuns(quirk, seededRandom(1));
    const runs = systematicRuns(quirk) + randomRuns(50);
    for (let run = 0; run < runs; run += 1) stream.next();
  });
});
