import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePlace, type Place, type Running, startProgram } from '../support/program.js';
import { openTerminal, type TerminalSession } from '../support/terminal.js';

let place: Place;
let daemon: Running;
let simulator: Running;
let session: TerminalSession | undefined;

beforeEach(async () => {
  place = await makePlace();
  daemon = startProgram(place, ['runtime', 'run']);
  const { port } = new URL(place.simulatorUrl);
  // Long enough to be suspended in the middle.
  simulator = startProgram(place, ['simulator', '--port', port, '--ttft', '300', '--gap', '60']);
  await Promise.all([daemon.untilStderr(/listening on/), simulator.untilStderr(/listening on/)]);
});
afterEach(async () => {
  session?.close();
  for (const { child } of [daemon, simulator]) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
  await Promise.all([daemon.ended, simulator.ended]);
  place.remove();
});

const QUESTION = 'write a long answer';

test('ask reports a suspended daemon without an error and continues when it resumes', async () => {
  const asking = startProgram(place, ['ask', QUESTION, '--max-tokens', '120']);
  asking.child.stdin.end();
  await asking.untilStdout(/\w/);
  daemon.child.kill('SIGSTOP');
  await asking.untilStderr(/^vastar-tui: no answer from the daemon for 2 s\n/);
  daemon.child.kill('SIGCONT');
  const { code, stdout } = await asking.ended;
  expect(asking.stderr()).toMatch(
    /^vastar-tui: no answer from the daemon for 2 s\nvastar-tui: the daemon answers again\n/,
  );
  expect(code).toBe(0);
  expect(stdout.split(/\s+/).length).toBeGreaterThan(60);
});

test('the chat reports a suspended daemon and continues when it resumes', async () => {
  session = openTerminal(place);
  await session.untilScreen(/● connected/);
  session.send(`${QUESTION}\r`);
  await session.untilScreen(/streaming/);
  daemon.child.kill('SIGSTOP');
  await session.untilScreen(/from the daemon for [2-9]\.\d s/);
  await session.untilScreen(/no answer from the daemon for [2-9]\.\d s/);
  daemon.child.kill('SIGCONT');
  await session.untilScreen(/● connected/);
  await session.untilScreen(/^(?!.*no answer).*streaming/s);
  expect(session.screen().join('\n')).not.toMatch(/failed/);
});

test('the chat reports a daemon that was suspended before it connects, and connects later', async () => {
  daemon.child.kill('SIGSTOP');
  session = openTerminal(place, ['--no-spawn']);
  await session.untilScreen(/from the daemon for [2-9]\.\d s/);
  daemon.child.kill('SIGCONT');
  await session.untilScreen(/● connected/);
});

test('the chat reports a suspended provider and continues when it resumes', async () => {
  session = openTerminal(place);
  await session.untilScreen(/● connected/);
  session.send(`${QUESTION}\r`);
  await session.untilScreen(/streaming/);
  simulator.child.kill('SIGSTOP');
  await session.untilScreen(/nothing received for [2-9]\.\d s/);
  simulator.child.kill('SIGCONT');
  await session.untilScreen(/^(?!.*nothing received).*streaming/s);
  expect(session.screen().join('\n')).not.toMatch(/failed/);
});

test('ask on a terminal reports a suspended provider and continues when it resumes', async () => {
  session = openTerminal(place, ['ask', QUESTION, '--max-tokens', '120']);
  await session.untilScreen(/\w+ \w+ \w+/);
  simulator.child.kill('SIGSTOP');
  await session.untilScreen(/nothing received from 127\.0\.0\.1:\d+ for 2 s/);
  simulator.child.kill('SIGCONT');
  expect((await session.ended).exitCode).toBe(0);
});
