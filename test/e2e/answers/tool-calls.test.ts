import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import type { Handler } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();

const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'accept-encoding']);

/** Forwards requests to the server at this address. */
const forwarding =
  (url: string): Handler =>
  async (request, response) => {
    const answer = await fetch(`${url}${request.path}`, {
      method: request.method,
      headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !HOP_HEADERS.has(name) ? [[name, value]] : [],
      ),
      ...(request.method === 'POST' && { body: new Uint8Array(request.body) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    for await (const piece of answer.body ?? []) response.write(piece);
    response.end();
  };

const sentTurn = {
  'chat-completions': (body: Record<string, unknown>) => body.messages,
  responses: (body: Record<string, unknown>) => body.input,
  anthropic: (body: Record<string, unknown>) => body.messages,
};
const expected = {
  'chat-completions': [
    { role: 'assistant', tool_calls: [{ function: { name: 'get_weather' } }] },
    { role: 'tool', content: 'Sunny' },
  ],
  responses: [
    { type: 'function_call', name: 'get_weather' },
    { type: 'function_call_output', output: 'Sunny' },
  ],
  anthropic: [
    { role: 'assistant', content: [{ type: 'tool_use', name: 'get_weather' }] },
    { role: 'user', content: [{ type: 'tool_result', content: 'Sunny' }] },
  ],
};

test.concurrent.each(['chat-completions', 'responses', 'anthropic'] as const)(
  'in %s a tool call streams into the conversation, the user types its result, and the turn continues',
  async (api) => {
    const between = await harness.endpoint(forwarding(harness.sandbox.simulatorUrl));
    harness.sandbox.writeConfig(
      `openai:\n  api_key: sk-test\n  base_url: ${between.url}\n  model: sim-instant\n  api: ${api}\nsimulator:\n  enabled: false\n`,
    );
    const tools = [
      { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    ];
    writeFileSync(join(harness.sandbox.dir, 'tools.json'), JSON.stringify(tools));
    const session = harness.open();
    await session.untilScreen(/● connected/);
    session.send('/tools tools.json\r');
    await session.untilScreen(/tools: get_weather/);
    session.send('What is the weather in Bern?\r');
    await session.untilScreen(/calls get_weather/);
    await session.untilScreen(/\{"city": ?".*\}/);
    await session.untilScreen(/type the result of get_weather/);
    session.send('Sunny\r');
    await session.untilScreen(/result of get_weather/);
    const second = JSON.parse((await between.request(1)).body.toString()) as Record<string, unknown>;
    expect((sentTurn[api](second) as unknown[]).slice(1)).toMatchObject(expected[api]);
    await session.untilScreen(/assistant[\s\S]*assistant .*(TTFT|\d ms|tok)/);
  },
);
