import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
const { endpoint } = harness;
const run = (args: readonly string[]) => runHere(harness.sandbox, args);

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(harness.sandbox.dir, name);
  writeFileSync(path, content);
  return path;
};
const bodyOf = (body: Buffer) => JSON.parse(body.toString('utf8')) as Record<string, unknown>;

const CALL = JSON.stringify({
  choices: [
    {
      index: 0,
      delta: {
        tool_calls: [{ index: 0, id: 'call_1', function: { name: 'weather', arguments: '{"at":"Paris"}' } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
});

test('the result of a tool call is sent, and the turn continues', async () => {
  const upstream = await endpoint((request, response) => {
    const again = bodyOf(request.body).messages as unknown[];
    const events = again.length > 1 ? [deltaOf('It rains.'), FINISH] : [CALL];
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(sseEvents(...events, '[DONE]').join(''));
  });
  const tools = file('tools.json', JSON.stringify([{ name: 'weather', parameters: { type: 'object' } }]));
  const results = file('results', 'rain\n');
  const answer = await run(['ask', 'Weather?', '--tools', tools, '--tool-results', results]);
  expect(answer.stdout).toBe('It rains.\n');
  expect(answer.stderr).toContain('the model calls weather {"at":"Paris"} (call_1)');
  expect(answer.code).toBe(0);
  const [first, second] = upstream.requests.map(({ body }) => bodyOf(body));
  expect(first?.tools).toEqual([
    { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } },
  ]);
  expect(second?.messages).toEqual([
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"at":"Paris"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
  ]);
});

test('an image is sent with the prompt and shown with its name and size', async () => {
  const upstream = await endpoint({ chunks: sseEvents(deltaOf('A dot.'), FINISH, '[DONE]') });
  const bytes = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
  const answer = await run(['ask', 'What is it?', '--image', file('dot.png', bytes)]);
  expect(answer.stderr).toContain('sends the image dot.png, 12 B');
  const [request] = upstream.requests;
  expect(request && bodyOf(request.body).messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${bytes.toString('base64')}` } },
      ],
    },
  ]);
});

test.each([
  ['--image', 'no image', /is not a PNG, JPEG, GIF or WebP image/],
  ['--tools', 'no JSON', /is not JSON/],
  ['--tools', '{}', /needs an array of tools/],
  ['--tools', '[{"description":"x"}]', /a tool without a name/],
])('%s refuses a file that contains "%s"', async (flag, content, reason) => {
  const { code, stderr } = await run(['ask', 'hi', flag, file('given', content)]);
  expect(code).toBe(2);
  expect(stderr).toMatch(reason);
});
