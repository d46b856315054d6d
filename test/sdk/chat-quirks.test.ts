import { describe, expect, test } from 'vitest';
import { type ChatEvent, type ChatResult, createChatStream } from '../../src/sdk/index.js';
import { chunksOfQuirk, type Quirk, quirks } from '../support/quirks.js';
import { seededRandom } from '../support/random.js';

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

describe('the streams of real servers come to what they mean', () => {
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

describe('how the bytes are cut changes nothing', () => {
  test.each(quirks)('$name', (quirk) => {
    const bytes = Buffer.concat(chunksOfQuirk(quirk));
    const whole = JSON.stringify(read(quirk, [bytes]));
    const same = (pieces: readonly Uint8Array[]): boolean => JSON.stringify(read(quirk, pieces)) === whole;

    expect(same(chunksOfQuirk(quirk))).toBe(true);
    expect(same(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(true);
    for (let at = 0; at <= bytes.length; at += 1) {
      if (!same([bytes.subarray(0, at), bytes.subarray(at)])) expect.fail(`cut in two at ${at}`);
    }
    const random = seededRandom(bytes.length);
    for (let run = 0; run < 200; run += 1) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + Math.floor(random() ** 3 * 120);
        pieces.push(bytes.subarray(at, end));
        at = end;
      }
      if (!same(pieces)) expect.fail(`cut at random, run ${run}`);
    }
  });
});
