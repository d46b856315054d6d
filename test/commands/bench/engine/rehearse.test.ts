import { expect, test } from 'vitest';
import { openDirect } from '../../../../src/commands/bench/direct.js';
import { rehearse } from '../../../../src/commands/bench/engine/rehearse.js';
import { loadConfigObject } from '../../../../src/config/load.js';
import { startUpstream } from '../../../support/servers/upstream.js';

/** Rehearses for an endpoint at this address. */
async function rehearsed(baseUrl: string): Promise<number> {
  const openai = { base_url: baseUrl, api_key: 'sk-test', model: 'm', headers: { 'x-a': 'b' } };
  const { endpoints } = loadConfigObject({ openai, simulator: { enabled: false } }, { env: {} });
  const endpoint = endpoints.find(({ name }) => name === 'openai');
  if (endpoint === undefined) throw new Error('no endpoint');
  const streamer = await openDirect({});
  try {
    return await rehearse({ streamer, endpoint, options: {}, adaptations: new Map(), onNotice() {} });
  } finally {
    await streamer.close();
  }
}

test('a rehearsal gets whole answers from this process, and sends nothing to the endpoint', async () => {
  const upstream = await startUpstream({ chunks: [] });
  try {
    // A busy machine may need longer than a rehearsal may take.
    await expect.poll(() => rehearsed(upstream.url)).toBe(32);
    expect(upstream.requests).toHaveLength(0);
  } finally {
    await upstream.close();
  }
});

test('a rehearsal for an https endpoint gets whole answers over HTTP/2 and HTTP/1.1', async () => {
  await expect.poll(() => rehearsed('https://127.0.0.1:1/v1')).toBe(16);
});
