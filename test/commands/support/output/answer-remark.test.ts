import { expect, test } from 'vitest';
import { remarkOn } from '../../../../src/commands/support/output/answer-remark.js';
import { createChatStream } from '../../../../src/sdk/index.js';

/** Reads the events of a whole response. */
const remarkOnEvents = (...events: readonly object[]): string | undefined => {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  for (const event of events) stream.feed(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
  return remarkOn(stream.end({ kind: 'closed' }));
};
const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ delta, finish_reason }],
});

test('an answer that a content filter ended is reported with that reason', () => {
  expect(remarkOnEvents(chunk({ content: 'It is' }), chunk({}, 'content_filter'))).toBe(
    "the provider's content filter ended the answer (finish_reason content_filter)",
  );
});

test('a refusal of the model is reported with its text', () => {
  expect(remarkOnEvents(chunk({ refusal: 'No.' }), chunk({}, 'content_filter'))).toBe(
    'the model refused: No.',
  );
});

test('the remark distinguishes an answer that was cut off from a response without any output', () => {
  expect(remarkOnEvents(chunk({ content: 'It is' }))).toMatch(/ended before the model had finished$/);
  expect(remarkOnEvents()).toMatch(/ended before any output$/);
});
