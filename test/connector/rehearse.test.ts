import { expect, test } from 'vitest';
import { rehearse } from '../../src/connector/rehearse.js';
import { OpenAIStreamConnector } from '../../src/index.js';

test('a rehearsal runs a whole exchange without a daemon or a provider', async () => {
  const connector = new OpenAIStreamConnector({
    simulator: { enabled: true, base_url: 'http://127.0.0.1:9' },
    runtime: { socket_path: '/nowhere/runtime.sock' },
  });
  const answer = await rehearse(connector.endpoint);
  expect(answer).toMatchObject({ outcome: 'complete', text: 'a', metrics: { attempts: 1 } });
  expect(connector.client.state.status).toBe('idle');
});
