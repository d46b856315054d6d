import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { KEY, type TerminalSession } from '../../support/programs/terminal.js';

const harness = harnessWithDaemon();
const { open } = harness;
const CTRL_B = '\x02';

/** Opens a chat with two endpoints. */
async function connected(): Promise<TerminalSession> {
  const { simulatorUrl } = harness.sandbox;
  harness.sandbox.writeConfig(
    `simulator:\n  base_url: ${simulatorUrl}\nprofiles:\n  local:\n    base_url: ${simulatorUrl}\n    model: llama3.2\n`,
  );
  const session = open();
  await session.untilScreen(/● connected/);
  return session;
}

test.concurrent('switching to real mode without a key names the setting and keeps the mode', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.send(KEY.ctrlT);
  await session.untilScreen(/simulator[\s\S]*OPENAI_API_KEY|OPENAI_API_KEY[\s\S]*simulator/);
});

test.concurrent('a mode switched during an answer applies from the next answer on', async () => {
  const session = await connected();
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  session.send(KEY.ctrlT);
  await session.untilScreen(/local {2}llama3\.2/);
  expect(session.screen().join('\n')).toMatch(/assistant.*gpt-3\.5-turbo/);
  session.send(KEY.escape);
  await session.untilScreen(/stopped: the partial answer is kept/);
  session.send('What is the capital of France?\r');
  await session.untilScreen(/assistant.*llama3\.2[\s\S]*Paris/);
});

test.concurrent('two endpoints answer side by side, and the conversation continues with the chosen answer', async () => {
  const session = await connected();
  session.send('What is the capital of France?');
  await session.untilScreen(/> What is the capital/);
  session.send(CTRL_B);
  await session.untilScreen(/Compare with/);
  session.send(KEY.enter);
  await session.untilScreen(/Paris\.[^\n]*Paris\./);
  await session.untilScreen(/enter continue/);
  session.send('\t');
  await session.untilScreen(/› local/);
  session.send(KEY.enter);
  await session.untilScreen(/continuing with local llama3\.2/);
  await session.untilScreen(/assistant.*llama3\.2/);
});
