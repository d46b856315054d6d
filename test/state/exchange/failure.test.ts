import { expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { failureOf } from '../../../src/state/exchange/failure.js';
import { DEFAULT_HINTS } from '../../../src/state/view/key-hints.js';

test.each([
  [404, "The model 'gpt-9' does not exist or you do not have access to it.", 'ctrl+o chooses another model'],
  [400, 'gpt-9 is not a valid model ID: invalid model', 'ctrl+o chooses another model'],
  [404, 'model "llama9" not found, try pulling it first', 'ctrl+o chooses another model'],
  [404, 'Not Found. Check the model name and base_url.', 'check base_url'],
  [400, "'temperature' must be at most 2", '/set shows the parameters'],
  [422, 'max_tokens: Input should be greater than 0', '/set shows the parameters'],
  [401, 'Incorrect API key', 'ctrl+t switches to another mode'],
])('an error with status %i and "%s" names what to change', (statusCode, message, next) => {
  const error = new ConnectorException(message, ErrorClass.InvalidRequest, 1, {
    hop: 'provider',
    statusCode,
  });
  expect(failureOf(error, DEFAULT_HINTS).next).toContain(next);
});

test.each(['daemon', 'client'] as const)(
  'after a failure at the %s, one key is enough: asking connects',
  (hop) => {
    const error = new ConnectorException('the daemon ended', ErrorClass.Transient, 0, { hop });
    expect(failureOf(error, DEFAULT_HINTS).next).toBe('ctrl+g asks again');
  },
);

test('a question that can never be sent does not advise to ask it again', () => {
  const error = new ConnectorException('OPENAI_API_KEY is not set', ErrorClass.InvalidRequest, 0, {
    hop: 'client',
  });
  expect(failureOf(error, DEFAULT_HINTS).next).toBe('ctrl+t switches to another mode');
});

test('a long wait is shown in hours', () => {
  const details = { hop: 'provider', retryAfterMs: 84_726_000 } as const;
  const error = new ConnectorException('the limit is used up', ErrorClass.RateLimited, 1, details);
  expect(failureOf(error, DEFAULT_HINTS).next).toBe('wait 24 h, then ctrl+g asks again');
});
