import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { bundled } from '../support/programs/bundled.js';
import { startScriptedDaemon } from '../support/protocol/scripted-daemon.js';

interface Run {
  /** The first output. */
  started: Promise<unknown>;
  /** All output and the exit code, when the process has ended by itself. */
  ended: Promise<string>;
}

/** Runs a module's text in a separate process. */
const run = (script: string, socketPath: string): Run => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, VASTAR_SOCKET_PATH: socketPath },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (bytes) => {
    text += bytes;
  });
  return {
    started: once(child.stdout, 'data'),
    ended: once(child, 'close').then(([code, signal]) => `${text}${code ?? signal}`),
  };
};
const SDK = JSON.stringify(await bundled('sdk', 'src/sdk/index.ts'));

test('a client that is not closed does not keep the process alive after its connection is lost', async () => {
  const daemon = await startScriptedDaemon();
  const { started, ended } = run(
    `import { RuntimeClient } from ${SDK};
     const client = new RuntimeClient({ heartbeatMs: 50 });
     await client.health();
     process.stdout.write('ready ');`,
    daemon.path,
  );
  await started;
  await daemon.stop();
  expect(await ended).toBe('ready 0');
  await daemon.close();
});

test('an error of a listener is an uncaught exception, and has no effect on the connection', async () => {
  const daemon = await startScriptedDaemon();
  const { ended } = run(
    `import { RuntimeClient } from ${SDK};
     const client = new RuntimeClient();
     process.on('uncaughtException', (error) => process.stdout.write(error.message + ' '));
     const stop = client.subscribe(() => { stop(); throw new Error('mine'); });
     client.subscribe(({ status }) => process.stdout.write(status + ' '));
     await client.connect();
     await client.close();`,
    daemon.path,
  );
  expect(await ended).toBe('connecting mine connected closed 0');
  await daemon.close();
});

test('importing the SDK prints nothing and starts nothing', async () => {
  const { ended } = run(`import ${SDK};`, '/nonexistent');
  expect(await ended).toBe('0');
});
