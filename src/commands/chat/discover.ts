import type { Endpoint } from '../../config/endpoints/endpoint.js';
import type { Config } from '../../config/values/schema.js';
import { listModels } from '../../connector/models.js';
import type { OpenAIStreamConnector } from '../../connector/openai.js';
import { listensAt } from '../../simulator/http/listens-at.js';

/** The time limit for a server's list of models, in ms. */
const LIMIT_MS = 1000;

/**
 * Searches for model servers on this machine and offers each as an endpoint. Only a port with a listener gets a
 * request, and only for its list of models. Addresses that the configuration already has are skipped.
 */
export async function discover(
  connector: OpenAIStreamConnector,
  ports: Config['discover'],
  signal: AbortSignal,
): Promise<void> {
  const known = new Set(connector.endpoints.map(({ baseUrl }) => portOf(baseUrl)));
  const names = new Set(connector.endpoints.map(({ name }) => name));
  await Promise.all(
    [...ports].map(async ([provider, port]) => {
      if (known.has(String(port)) || names.has(provider)) return;
      const baseUrl = `http://127.0.0.1:${port}`;
      if (!(await listensAt(new URL(baseUrl))) || signal.aborted) return;
      const endpoint: Endpoint = {
        ...connector.endpoint,
        name: provider,
        kind: 'found',
        baseUrl,
        model: '',
        access: {
          provider,
          api: 'chat-completions',
          auth: 'none',
          headers: new Map(),
          query: new Map(),
          body: {},
          stream: true,
          adapt: true,
          thinkingTags: true,
          secrets: [],
        },
      };
      const { apiKey: _key, problem: _problem, blocked: _blocked, ...open } = endpoint;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      // A server that does not list models is not a model server.
      const models = await listModels(connector.client, open, { signal: limit }).catch(() => []);
      const [model] = models;
      if (model !== undefined && !signal.aborted) connector.offer({ ...open, model });
    }),
  );
}

function portOf(address: string): string {
  const { port, hostname } = new URL(address);
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) ? port : '';
}
