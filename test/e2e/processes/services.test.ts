import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRecordings } from '../../../src/simulator/recordings/recording.js';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint, run, start } = harness;

// Only the built program shows how the bundle treats Node's modules.
test.concurrent('the daemon serves its metrics at the printed port', async () => {
  const daemon = start(['runtime', 'run', '--metrics-port', '0']);
  await daemon.untilStderr(/metrics at \S+\n/);
  const [, url = ''] = /metrics at (\S+)/.exec(daemon.stderr()) ?? [];
  expect(await (await fetch(url)).text()).toContain('\nvastar_up 1\n');
  daemon.child.kill();
  expect((await daemon.ended).code).toBe(0);
});

test.concurrent('an unwritable log is reported, and the daemon runs without it', async () => {
  mkdirSync(join(harness.sandbox.dir, 'log'));
  const daemon = start(['runtime', 'run', '--log-file', 'log']);
  await daemon.untilStderr(/the daemon writes no log: log cannot be written: it is a folder\n/);
  await daemon.untilStderr(/listening on/);
  daemon.child.kill();
  expect((await daemon.ended).code).toBe(0);
});

test.concurrent('the simulator forwards and records a provider’s answers', async () => {
  const upstream = await endpoint({ chunks: sseEvents(deltaOf('yes'), FINISH, '[DONE]') });
  const file = join(harness.sandbox.dir, 'answers.jsonl');
  const simulator = start(['simulator', '--port', '0', '--record', file, '--upstream', `${upstream.url}/v1`]);
  await simulator.untilStderr(/listening on \S+/);
  const [, url = ''] = /listening on (\S+)/.exec(simulator.stderr()) ?? [];
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'q' }] }),
  });
  expect(await answer.text()).toContain('"yes"');
  simulator.child.kill();
  await simulator.ended;
  expect(parseRecordings(readFileSync(file, 'utf8'), file)).toMatchObject([{ model: 'm', ending: 'end' }]);
});

test('a simulator whose log cannot be written does not start, and exits with 2', async () => {
  const { code, stderr } = await run(['simulator', '--port', '0', '--log', 'absent/log']);
  expect(stderr).toBe('vastar-tui: The log absent/log cannot be written: there is no such file or folder\n');
  expect(code).toBe(2);
});
