import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../src/index.js';
import { makePlace, type Place, type Running, startProgram } from '../support/program.js';
import { startUpstream } from '../support/upstream.js';

interface Quirk {
  name: string;
  content_type: string;
  chunks_base64: string[];
  expect: {
    text: string;
    outcome: string;
    finish_reason?: string | null;
    usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
    error?: string;
    reasoning?: string;
    malformed_events?: number;
    tool_calls?: { id: string; name: string; arguments: string }[];
  };
}

const quirks = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'sse', 'quirks.json'), 'utf8'),
) as Quirk[];

let place: Place;
let daemon: Running;

beforeAll(async () => {
  place = await makePlace();
  daemon = startProgram(place, ['runtime', 'run']);
  await daemon.untilStderr(/listening on/);
});

afterAll(async () => {
  daemon.child.kill();
  await daemon.ended;
  place.remove();
});

describe('a stream served over HTTP, through the daemon process, to the connector', () => {
  test.each(quirks)('$name', async (quirk) => {
    const upstream = await startUpstream({
      contentType: quirk.content_type,
      chunks: quirk.chunks_base64.map((chunk) => Buffer.from(chunk, 'base64')),
    });
    const connector = new OpenAIStreamConnector(
      { openai: { api_key: 'sk-test', base_url: upstream.url }, simulator: { enabled: false } },
      { socketPath: place.socketPath },
    );
    const answer = await connector.exchange([{ role: 'user', content: 'Hi' }]);
    await connector.close();
    await upstream.close();

    const { usage } = quirk.expect;
    expect(answer).toMatchObject({
      text: quirk.expect.text,
      outcome: quirk.expect.outcome,
      ...(quirk.expect.finish_reason !== undefined && { finishReason: quirk.expect.finish_reason }),
      ...(quirk.expect.reasoning !== undefined && { reasoning: quirk.expect.reasoning }),
      ...(quirk.expect.malformed_events !== undefined && { malformedEvents: quirk.expect.malformed_events }),
      ...(quirk.expect.tool_calls !== undefined && { toolCalls: quirk.expect.tool_calls }),
      ...(usage !== undefined && {
        usage: {
          promptTokens: usage.prompt_tokens,
          completionTokens: usage.completion_tokens,
          totalTokens: usage.total_tokens,
        },
      }),
    });
    if (quirk.expect.error !== undefined) expect(answer.error?.message).toContain(quirk.expect.error);
    else if (quirk.expect.outcome !== 'error') expect(answer.error).toBeUndefined();
    expect(answer.metrics.buffered).toBe(false);
  });
});
