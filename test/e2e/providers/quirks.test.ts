import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../../src/index.js';
import { makeSandbox, type Running, type Sandbox, startProgram } from '../../support/programs/program.js';
import { chunksOfQuirk, quirks } from '../../support/servers/quirks.js';
import { startUpstream } from '../../support/servers/upstream.js';

let sandbox: Sandbox;
let daemon: Running;

beforeAll(async () => {
  sandbox = await makeSandbox();
  daemon = startProgram(sandbox, ['runtime', 'run']);
  await daemon.untilStderr(/listening on/);
});

afterAll(async () => {
  daemon.child.kill();
  await daemon.ended;
  sandbox.remove();
});

describe('a stream over HTTP, through the daemon process, to the connector', () => {
  test.each(quirks)('$name', async (quirk) => {
    const upstream = await startUpstream({
      contentType: quirk.content_type,
      chunks: chunksOfQuirk(quirk),
    });
    const connector = new OpenAIStreamConnector(
      { openai: { api_key: 'sk-test', base_url: upstream.url }, simulator: { enabled: false } },
      { socketPath: sandbox.socketPath },
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
