import { metricsRequest } from '../../config/endpoints/endpoint-request.js';
import type { ServerPort } from '../../state/ports.js';
import type { Composition } from '../composition/compose.js';

const TIMEOUT_MS = 4000;

/** Reads the metrics pages that endpoints name, through the daemon. */
export function serverLoads({ connector }: Composition): ServerPort {
  return {
    async readLoad(name, signal) {
      const endpoint = connector.endpoints.find((one) => one.name === name);
      const page = endpoint && metricsRequest(endpoint);
      if (page === undefined) return { kind: 'unread', problem: 'the endpoint has no metrics_url' };
      // Loaded on demand, because few endpoints have such a page.
      const { scrape } = await import('../../connector/scrape.js');
      const { readServer } = await import('../../metrics/server/reading.js');
      const { url, headers } = page;
      const found = await scrape(connector.client, url, { headers, timeoutMs: TIMEOUT_MS, signal });
      if (!found.ok) return { kind: 'unread', problem: found.problem };
      return { kind: 'read', figures: readServer(found.samples).figures };
    },
  };
}
