import { expect, test } from 'vitest';
import { requestBody } from '../../src/connector/request-body.js';
import { type ChatMessage, OpenAIStreamConnector } from '../../src/index.js';

const MESSAGES: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
];

function bodyWith(
  own: Record<string, unknown>,
  options: Record<string, unknown> = {},
): Record<string, unknown> {
  const { endpoint } = new OpenAIStreamConnector({
    openai: { api_key: 'k', model: 'm', body: own },
    simulator: { enabled: false },
  });
  return requestBody(endpoint, 'm', MESSAGES, { stream: true, body: options });
}

test('the developer role replaces the system role, and the setting is not sent', () => {
  for (const body of [bodyWith({ system_role: 'developer' }), bodyWith({}, { system_role: 'developer' })]) {
    expect(body).not.toHaveProperty('system_role');
    expect(body.messages).toEqual([
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ]);
  }
  expect(bodyWith({ system_role: 'developer' }, { system_role: 'system' }).messages).toEqual(MESSAGES);
});

test('null from the caller removes a member that the endpoint sets', () => {
  expect(bodyWith({ seed: 7 }, { seed: null, stream_options: null })).toEqual({
    model: 'm',
    messages: MESSAGES,
    stream: true,
  });
});
