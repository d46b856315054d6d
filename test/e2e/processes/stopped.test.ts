import { expect, type TestContext, test } from 'vitest';
import { makeSandbox, type Running, type Sandbox, startProgram } from '../../support/programs/program.js';
import { openTerminal, type TerminalSession } from '../../support/programs/terminal.js';

interface Stage {
  readonly sandbox: Sandbox;
  readonly daemon: Running;
  readonly simulator: Running;
  /** Opens the program in a terminal that ends with the test. */
  open(args?: readonly string[]): TerminalSession;
}

/** The tests run at the same time, because they mostly wait until the program reports the suspended process. */
async function stageOf({ onTestFinished }: TestContext): Promise<Stage> {
  const sandbox = await makeSandbox();
  const daemon = startProgram(sandbox, ['runtime', 'run']);
  const { port } = new URL(sandbox.simulatorUrl);
  // Long enough to be suspended in the middle.
  const simulator = startProgram(sandbox, ['simulator', '--port', port, '--ttft', '300', '--gap', '60']);
  const sessions: TerminalSession[] = [];
  onTestFinished(async () => {
    for (const session of sessions) session.close();
    for (const { child } of [daemon, simulator]) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    await Promise.all([daemon.ended, simulator.ended, ...sessions.map(({ ended }) => ended)]);
    sandbox.remove();
  });
  await Promise.all([daemon.untilStderr(/listening on/), simulator.untilStderr(/listening on/)]);
  const open = (args: readonly string[] = []): TerminalSession => {
    const session = openTerminal(sandbox, args);
    sessions.push(session);
    return session;
  };
  return { sandbox, daemon, simulator, open };
}

const QUESTION = 'write a long answer';

test.concurrent('ask reports a suspended daemon without an error and continues when it resumes', async (context) => {
  const { sandbox, daemon } = await stageOf(context);
  const asking = startProgram(sandbox, ['ask', QUESTION, '--max-tokens', '120']);
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

test.concurrent('the chat reports a suspended daemon and continues when it resumes', async (context) => {
  const { daemon, open } = await stageOf(context);
  const session = open();
  await session.untilScreen(/● connected/);
  session.send(`${QUESTION}\r`);
  await session.untilScreen(/streaming/);
  daemon.child.kill('SIGSTOP');
  await session.untilScreen(/from the daemon for (?:[2-9]\.\d|\d\d) s/);
  await session.untilScreen(/no answer from the daemon for (?:[2-9]\.\d|\d\d) s/);
  daemon.child.kill('SIGCONT');
  await session.untilScreen(/● connected/);
  await session.untilScreen(/^(?!.*no answer).*streaming/s);
  expect(session.screen().join('\n')).not.toMatch(/failed/);
});

test.concurrent('the chat reports a daemon that was suspended before it connects, and connects later', async (context) => {
  const { daemon, open } = await stageOf(context);
  daemon.child.kill('SIGSTOP');
  const session = open(['--no-spawn']);
  await session.untilScreen(/from the daemon for (?:[2-9]\.\d|\d\d) s/);
  daemon.child.kill('SIGCONT');
  await session.untilScreen(/● connected/);
});

test.concurrent('the chat reports a suspended provider and continues when it resumes', async (context) => {
  const { simulator, open } = await stageOf(context);
  const session = open();
  await session.untilScreen(/● connected/);
  session.send(`${QUESTION}\r`);
  await session.untilScreen(/streaming/);
  simulator.child.kill('SIGSTOP');
  await session.untilScreen(/nothing received for (?:[2-9]\.\d|\d\d) s/);
  simulator.child.kill('SIGCONT');
  await session.untilScreen(/^(?!.*nothing received).*streaming/s);
  expect(session.screen().join('\n')).not.toMatch(/failed/);
});

test.concurrent('ask on a terminal reports a suspended provider and continues when it resumes', async (context) => {
  const { simulator, open } = await stageOf(context);
  const session = open(['ask', QUESTION, '--max-tokens', '120']);
  await session.untilScreen(/\w+ \w+ \w+/);
  simulator.child.kill('SIGSTOP');
  await session.untilScreen(/nothing received from 127\.0\.0\.1:\d+ for 2 s/);
  simulator.child.kill('SIGCONT');
  expect((await session.ended).exitCode).toBe(0);
});
