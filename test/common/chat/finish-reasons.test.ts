import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finishClassOf } from '../../../src/common/chat/finish-reasons.js';
import { createChatStream } from '../../../src/sdk/chat/chat-stream.js';

const OUTCOMES = {
  complete: [
    'stop',
    'eos',
    'end_turn',
    'tool_calls',
    'STOP',
    'length',
    'MAX_TOKENS',
    'SAFETY',
    'content_filter',
    'content_policy',
    '<|im_end|>',
    '<EOS>',
    'end_of_text',
    'maximum_tokens',
    'output_length',
    'output_filtered',
  ],
  truncated: [
    'abort',
    'ABORTED',
    'cancelled',
    'canceled',
    'incomplete',
    'pause_turn',
    'user_abort',
    'a_new_word',
  ],
  error: [
    'error',
    'network_error',
    'MALFORMED_FUNCTION_CALL',
    'insufficient_system_resource',
    'engine_error',
  ],
} as const;

const reasons = Object.entries(OUTCOMES).flatMap(([outcome, words]) =>
  words.map((reason) => ({ outcome, reason })),
);

type Transport = 'json' | 'with [DONE]' | 'without [DONE]' | 'without an end';

function answered(reason: string, transport: Transport) {
  const whole = { choices: [{ index: 0, message: { content: 'half' }, finish_reason: reason }] };
  const chunks = [
    { choices: [{ index: 0, delta: { content: 'half' }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: reason }] },
  ];
  const body =
    transport === 'json'
      ? JSON.stringify(whole)
      : `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}${transport === 'with [DONE]' ? 'data: [DONE]\n\n' : ''}`;
  const contentType = transport === 'json' ? 'application/json' : 'text/event-stream';
  const stream = createChatStream({ statusCode: 200, contentType });
  stream.feed(Buffer.from(body));
  return stream.end({ kind: transport === 'without an end' ? 'cancelled' : 'closed' });
}

describe('the finish reason determines the outcome, streamed or not', () => {
  test.each(reasons)('$reason is $outcome', ({ outcome, reason }) => {
    for (const transport of ['json', 'with [DONE]', 'without [DONE]', 'without an end'] as const) {
      const result = answered(reason, transport);
      expect([transport, result.outcome, result.text]).toEqual([transport, outcome, 'half']);
      expect(result.finishReason).toBe(reason);
    }
  });

  test('a reason has the same class in upper and lower case', () => {
    const known = fc.constantFrom(...reasons.map(({ reason }) => reason));
    fc.assert(
      fc.property(
        known,
        (reason) => finishClassOf(reason.toUpperCase()) === finishClassOf(reason.toLowerCase()),
      ),
    );
  });
});

const chunk = (content: string | undefined, reason: string | null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: content === undefined ? {} : { content }, finish_reason: reason }] })}\n\n`;

function streamed(...chunks: string[]) {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  for (const one of chunks) stream.feed(Buffer.from(one));
  return stream;
}

test('a finish reason with every chunk does not end the answer', () => {
  const cut = streamed(chunk('a', 'stop'), chunk('b', 'stop'), chunk('c', 'stop'));
  expect(cut.ending).toBe('open');
  expect(cut.end({ kind: 'closed' }).outcome).toBe('truncated');
  expect(
    streamed(chunk('a', 'stop'), chunk('b', 'stop'), 'data: [DONE]\n\n').end({ kind: 'closed' }).outcome,
  ).toBe('complete');
  expect(streamed(chunk('a', 'stop'), chunk('b', 'stop'), chunk(undefined, 'stop')).ending).toBe('concluded');
});

test('a finish reason with the first output is doubtful, one after other output is not', () => {
  expect(streamed(chunk('a', 'stop')).ending).toBe('doubtful');
  expect(streamed(chunk('a', null), chunk('b', null), chunk('c', 'stop')).ending).toBe('concluded');
  expect(streamed(chunk('a', null), chunk(undefined, 'stop')).ending).toBe('concluded');
});

test('a reason with the provider’s own after it has the class of the first', () => {
  expect(finishClassOf('content_filter: SAFETY')).toBe('refused');
});
