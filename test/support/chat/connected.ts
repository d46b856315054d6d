import { OpenAIStreamConnector } from '../../../src/index.js';
import { type TestDaemon, testDaemon } from '../protocol/daemon.js';
import { type Handler, startUpstream, type Upstream } from '../servers/upstream.js';

/** A connector, a real daemon, and a provider that the test plays. */
export interface Connected {
  readonly daemon: TestDaemon;
  readonly upstream: Upstream;
  readonly connector: OpenAIStreamConnector;
  close(): Promise<void>;
}

export async function connectedTo(
  answer: Handler,
  daemonOptions?: Parameters<typeof testDaemon>[0],
): Promise<Connected> {
  const daemon = await testDaemon(daemonOptions);
  const upstream = await startUpstream(answer);
  const connector = new OpenAIStreamConnector(
    { openai: { api_key: 'sk-test', base_url: upstream.url, model: 'm' }, simulator: { enabled: false } },
    { socketPath: daemon.path },
  );
  return {
    daemon,
    upstream,
    connector,
    async close() {
      await connector.close();
      await upstream.close();
      await daemon.close();
    },
  };
}
