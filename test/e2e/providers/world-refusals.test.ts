import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../../src/index.js';
import { daemonForAll } from '../../support/programs/daemon-for-all.js';
import { startUpstream } from '../../support/servers/upstream.js';

// How providers, gateways and proxies refuse a request, with the error that the user reads.

interface Refusal {
  readonly name: string;
  readonly status: number;
  /** The path of base_url. */
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** A text is sent unchanged, and anything else as JSON. */
  readonly body?: unknown;
  readonly expect: {
    readonly class: string;
    /** After the host. */
    readonly message: string;
    /** How many requests the server receives. */
    readonly requests: number;
  };
}

const refusals: readonly Refusal[] = JSON.parse(
  readFileSync(new URL('../../fixtures/world/refusals.json', import.meta.url), 'utf8'),
);

const home = daemonForAll();

describe('class, message and number of requests are right', () => {
  test.concurrent.each(refusals)(
    '$name',
    async ({ status, path = '', headers, body = '', expect: expected }) => {
      const upstream = await startUpstream((_request, response) => {
        const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
        response.writeHead(status, { ...type, ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
      const connector = new OpenAIStreamConnector(
        { openai: { api_key: 'sk-test', base_url: `${upstream.url}${path}` }, simulator: { enabled: false } },
        { socketPath: home.sandbox.socketPath },
      );
      const { error } = await connector.exchange([{ role: 'user', content: 'Hi' }]);
      await connector.close();
      await upstream.close();
      const host = new URL(upstream.url).host;
      expect({
        class: error?.getErrorClassName(),
        message: error?.message.replace(`${host} `, ''),
        requests: upstream.requests.length,
      }).toEqual(expected);
      expect(error?.hop).toBe('provider');
    },
  );
});
