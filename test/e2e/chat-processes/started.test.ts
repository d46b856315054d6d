import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { until } from '../../support/programs/program.js';
import { KEY } from '../../support/programs/terminal.js';
import { expectRestored } from '../../support/screen/restored.js';

// The chat starts the daemon and the simulator, which end with it.

const harness = harnessForEach();
const { open, start } = harness;

test.concurrent('with nothing running, the chat connects in simulator mode, streams an answer and stops the processes it started', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  await session.untilScreen(/simulator/);
  session.send('What is the capital of France?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of France is Paris\./);
  await session.untilScreen(/TTFT\s+\d/);
  session.send(KEY.ctrlC);
  session.send(KEY.ctrlC);
  expect((await session.ended).exitCode).toBe(0);
  expectRestored(session.written());
  await until(() => !existsSync(harness.sandbox.socketPath));
});

test.concurrent('with --no-spawn and no daemon, the screen shows the problem and a countdown to the next attempt', async () => {
  const session = open(['--no-spawn']);
  await session.untilScreen(/no daemon|not running|reconnect|retry/i);
  await start(['runtime', 'run']).untilStderr(/listening on/);
  session.send(KEY.ctrlR);
  await session.untilScreen(/● connected/);
});

test.concurrent.each(['SIGTERM', 'SIGHUP'] as const)('%s restores the terminal', async (signal) => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.kill(signal);
  await session.ended;
  expectRestored(session.written());
  await until(() => !existsSync(harness.sandbox.socketPath));
});

test.concurrent('daemon and simulator exit when the chat is killed', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  await until(() =>
    fetch(`${harness.sandbox.simulatorUrl}/health`).then(
      (health) => health.ok,
      () => false,
    ),
  );
  session.kill('SIGKILL');
  await session.ended;
  await until(() => !existsSync(harness.sandbox.socketPath));
  await until(() =>
    fetch(`${harness.sandbox.simulatorUrl}/health`).then(
      () => false,
      () => true,
    ),
  );
});
