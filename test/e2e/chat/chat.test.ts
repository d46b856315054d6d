import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { KEY } from '../../support/programs/terminal.js';
import { sseEvents, startUpstream } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
const { open } = harness;

test.concurrent('the history is sent with each turn', async () => {
  const upstream = await startUpstream({
    chunks: sseEvents(
      JSON.stringify({ choices: [{ index: 0, delta: { content: 'first answer' } }] }),
      JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      '[DONE]',
    ),
  });
  harness.sandbox.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('one\r');
  await session.untilScreen(/first answer/);
  // The answer has ended, so the next message can be sent.
  await session.untilScreen(/enter send/);
  session.send('two\r');
  const second = await upstream.request(1);
  expect(JSON.parse(second.body.toString()).messages).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'first answer' },
    { role: 'user', content: 'two' },
  ]);
  await upstream.close();
});

test.concurrent('escape stops the answer and keeps its text', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  await session.untilScreen(/assistant/);
  session.send(KEY.escape);
  await session.untilScreen(/stopped|cancelled/i);
});

test.concurrent('hostile text from the model cannot move the cursor, set the title or reach the clipboard', async () => {
  const hostile = 'safe\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x1b[31m\x9b5mtext';
  const upstream = await startUpstream({
    chunks: sseEvents(
      ...[...hostile].map((character) =>
        JSON.stringify({ choices: [{ index: 0, delta: { content: character } }] }),
      ),
      '[DONE]',
    ),
  });
  harness.sandbox.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('hi\r');
  await session.untilScreen(/safetext/);
  expect(session.written()).not.toContain('owned');
  expect(session.written()).not.toContain('b3duZWQ');
  await upstream.close();
});
