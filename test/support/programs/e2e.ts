import { afterAll, beforeAll, type TestContext } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/server.js';
import { forEachTest } from '../run/each-test.js';
import { type Handler, type Script, startUpstream, type Upstream } from '../servers/upstream.js';
import { daemonForAll } from './daemon-for-all.js';
import { type Ended, makeSandbox, type Running, runProgram, type Sandbox, startProgram } from './program.js';
import { openTerminal, type TerminalOptions, type TerminalSession } from './terminal.js';

/** The environment of a test of the whole program. */
export interface Harness {
  readonly sandbox: Sandbox;
  /** Runs the built program in the sandbox to its end. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ended>;
  /** Starts the built program in the sandbox. It is killed at the end of the test if it still runs. */
  start(args: readonly string[]): Running;
  /** Starts it in a terminal, in the same way. */
  open(args?: readonly string[], options?: TerminalOptions): TerminalSession;
  /** Makes this the endpoint in real mode, with this key [`sk-test`]; '' uses the key of the environment. */
  endpoint(answer: Script | Handler, key?: string): Promise<Upstream>;
}

/**
 * A sandbox and its upstreams for each test of the file, removed after it. Tests that run at the same time have separate
 * ones. No daemon and no simulator runs.
 */
export function harnessForEach(env: NodeJS.ProcessEnv = {}): Harness {
  return harnessWhere(() => makeSandbox(env));
}

/**
 * Like `harnessForEach`, but a daemon and a simulator already run for all these tests. So the programs do not start and
 * end their own. For tests that check neither the start of these programs nor the processes that remain.
 */
export function harnessWithDaemon(env: NodeJS.ProcessEnv = {}): Harness {
  const home = daemonForAll();
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterAll(() => simulator.close());
  return harnessWhere(() =>
    makeSandbox({ VASTAR_SOCKET_PATH: home.sandbox.socketPath, ...env }, simulator.url),
  );
}

/** The parts of a concurrent test's context that are used here. */
type Ending = Pick<TestContext, 'onTestFinished'>;

/** The environment of one concurrent test. No daemon and no simulator runs. */
export async function harnessNow(test: Ending, env: NodeJS.ProcessEnv = {}): Promise<Harness> {
  return endingWith(test, createHarness(await makeSandbox(env)));
}

function endingWith({ onTestFinished }: Ending, harness: OwnedHarness): Harness {
  onTestFinished(harness.close);
  return harness;
}

function harnessWhere(make: () => Promise<Sandbox>): Harness {
  const current = forEachTest(async () => createHarness(await make()));
  return {
    get sandbox() {
      return current().sandbox;
    },
    run: (args, input) => current().run(args, input),
    start: (args) => current().start(args),
    open: (args, options) => current().open(args, options),
    endpoint: (answer, key) => current().endpoint(answer, key),
  };
}

interface OwnedHarness extends Harness {
  close(): Promise<void>;
}

function createHarness(sandbox: Sandbox): OwnedHarness {
  const upstreams: Upstream[] = [];
  const programs: Running[] = [];
  const sessions: TerminalSession[] = [];
  return {
    sandbox,
    run: (args, input) => runProgram(sandbox, args, input),
    start(args) {
      const program = startProgram(sandbox, args);
      programs.push(program);
      return program;
    },
    open(args, options) {
      const session = openTerminal(sandbox, args, options);
      sessions.push(session);
      return session;
    },
    async endpoint(answer, key = 'sk-test') {
      const upstream = await startUpstream(answer);
      upstreams.push(upstream);
      sandbox.writeConfig(
        `openai:\n  base_url: ${upstream.url}\n${key === '' ? '' : `  api_key: ${key}\n`}` +
          `simulator:\n  enabled: false\n  base_url: ${sandbox.simulatorUrl}\n`,
      );
      return upstream;
    },
    async close() {
      for (const session of sessions) session.close();
      for (const { child } of programs) child.kill('SIGKILL');
      await Promise.all(programs.map(({ ended }) => ended));
      await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
      sandbox.remove();
    },
  };
}
