import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { OpenAIStreamConnector } from '../../src/index.js';
import { simulatorForTest } from '../simulator/chat-client.js';
import { testDaemon } from '../support/protocol/daemon.js';

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test.skipIf(!hasIPv6)('an endpoint is reached by its IPv6 address', async () => {
  const simulator = await simulatorForTest({ host: '::1' });
  expect(simulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  const daemon = await testDaemon();
  onTestFinished(() => daemon.close());
  const connector = new OpenAIStreamConnector(
    {
      openai: { api_key: 'none', base_url: `${simulator.url}/v1`, model: 'sim-instant' },
      simulator: { enabled: false },
    },
    { socketPath: daemon.path },
  );
  onTestFinished(() => connector.close());
  expect(await connector.chatCompletion('What is the capital of France?')).toBe(
    'The capital of France is Paris.',
  );
  expect(await connector.streamingChatCompletion('2 + 2')).toBe('2 + 2 = **4**');
  expect(await connector.listModels()).toContain('sim-echo');
  // The settings' route accepts only this machine, also by its IPv6 address.
  const settings = await fetch(`${simulator.url}/admin/settings`, { method: 'PATCH', body: '{"ttft": 5}' });
  expect(settings.status).toBe(200);
  await expect(connector.chatCompletion('hi', { model: 'sim-fault-503' })).rejects.toThrow(
    /^\[::1\]:\d+ answered 503/,
  );
});
