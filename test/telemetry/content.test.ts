import { expect, test } from 'vitest';
import type { ChatMessage } from '../../src/connector/messages.js';
import { contentAttributes } from '../../src/telemetry/content.js';

const call = {
  id: 'call_1',
  type: 'function',
  function: { name: 'weather', arguments: '{"city":"Ulm"}' },
} as const;
const MESSAGES: ChatMessage[] = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'rain?' },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', content: 'yes', tool_call_id: 'call_1' },
];
const ANSWER = { text: 'It rains.', reasoning: 'hm', toolCalls: [], finishReason: 'stop' };
const parsed = (apart: boolean) =>
  Object.fromEntries(
    Object.entries(contentAttributes(MESSAGES, ANSWER, apart, (text) => text)).map(([name, value]) => [
      name,
      JSON.parse(String(value)) as unknown,
    ]),
  );

test('messages have the format of the conventions, including tool calls and their results', () => {
  expect(parsed(true)).toEqual({
    'gen_ai.system_instructions': [{ type: 'text', content: 'be brief' }],
    'gen_ai.input.messages': [
      { role: 'user', parts: [{ type: 'text', content: 'rain?' }] },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Ulm"}' }],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'yes' }] },
    ],
    'gen_ai.output.messages': [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'text', content: 'It rains.' },
        ],
        finish_reason: 'stop',
      },
    ],
  });
});

test('instructions that an API takes among the messages stay there', () => {
  const attributes = parsed(false);
  expect(attributes['gen_ai.system_instructions']).toBeUndefined();
  expect(attributes['gen_ai.input.messages']).toHaveLength(4);
});
