import { expect, test } from 'vitest';
import type { WireFormat } from '../../../../src/common/chat/wire-formats.js';
import { createChatStream } from '../../../../src/sdk/chat/chat-stream.js';
import type { ChatResult } from '../../../../src/sdk/chat/chat-types.js';

function read(events: readonly object[], format: WireFormat = 'chat-completions', step = 7): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' }, undefined, {
    format,
  });
  const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  for (let at = 0; at < bytes.length; at += step) stream.feed(bytes.subarray(at, at + step));
  return stream.end({ kind: 'closed' });
}
const delta = (value: object): object => ({ choices: [{ index: 0, delta: value }] });
const FINISH = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] };
const CALL = { index: 0, id: 'c1', function: { name: 'weather', arguments: '{}' } };

test("DeepSeek's reasoning_content is kept whole", () => {
  const { carried } = read([
    delta({ reasoning_content: 'First ' }),
    delta({ reasoning_content: 'look.' }),
    delta({ tool_calls: [CALL] }),
    FINISH,
  ]);
  expect(carried).toEqual({ message: { reasoning_content: 'First look.' }, calls: {} });
});

test("OpenRouter's reasoning_details are kept, with the deltas of each part joined", () => {
  const { carried } = read([
    delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'First ' }] }),
    delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'look.' }] }),
    delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, signature: 'sig' }] }),
    delta({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }], tool_calls: [CALL] }),
    FINISH,
  ]);
  expect(carried?.message).toEqual({
    reasoning_details: [
      { type: 'reasoning.text', index: 0, text: 'First look.', signature: 'sig' },
      { type: 'reasoning.encrypted', index: 1, data: 'x' },
    ],
  });
});

test("Gemini's signature of a call is kept with that call", () => {
  const extra_content = { google: { thought_signature: 'sig' } };
  const { carried } = read([
    delta({ tool_calls: [{ ...CALL, extra_content }] }),
    delta({ tool_calls: [{ index: 1, id: 'c2', function: { name: 'time', arguments: '{}' } }] }),
    FINISH,
  ]);
  expect(carried).toEqual({ message: {}, calls: { 0: extra_content } });
});

test("Anthropic's thinking blocks, even redacted ones, are kept with their signatures", () => {
  const { carried } = read(
    [
      { type: 'message_start', message: { model: 'claude-x', content: [] } },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'First ' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'look.' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'redacted_thinking', data: 'x' } },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 't1', name: 'weather' },
      },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ],
    'anthropic',
  );
  expect(carried?.message.thinking_blocks).toEqual([
    { type: 'thinking', thinking: 'First look.', signature: 'EqQB' },
    { type: 'redacted_thinking', data: 'x' },
  ]);
});

test('an answer without such parts has no `carried`', () => {
  expect(read([delta({ content: 'Hi', reasoning: 'Hm.' }), FINISH])).not.toHaveProperty('carried');
});

test('carried parts count towards the size limit of an answer', () => {
  const data = 'x'.repeat(4 * 1024 * 1024);
  const events = Array.from({ length: 20 }, (_, index) =>
    delta({ reasoning_details: [{ type: 'reasoning.encrypted', index, data }] }),
  );
  expect(read([...events, FINISH], 'chat-completions', 1 << 20)).toMatchObject({ outcome: 'error' });
});
