import { afterAll, beforeAll, type TestContext } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/server.js';
import { forEachTest } from '../run/each-test.js';
import { type Handler, type Script, startUpstream, type Upstream } from '../servers/upstream.js';
import { daemonForAll } from './daemon-for-all.js';
import { type Ended, makePlace, type Place, type Running, runProgram, startProgram } from './program.js';
import { openTerminal, type TerminalOptions, type TerminalSession } from './terminal.js';

/** The environment of a test of the whole program. */
export interface Ground {
  readonly place: Place;
  /** Runs the built program in the place to its end. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ended>;
  /** Starts the built program in the place. It is killed at the end of the test if it still runs. */
  start(args: readonly string[]): Running;
  /** Starts it in a terminal, in the same way. */
  open(args?: readonly string[], options?: TerminalOptions): TerminalSession;
  /** Makes this the endpoint in real mode, with this key [`sk-test`]; '' uses the key of the environment. */
  endpoint(answer: Script | Handler, key?: string): Promise<Upstream>;
}

/**
 * A place and its upstreams for each test of the file, removed after it. Tests that run at the same time have separate
 * ones. No daemon and no simulator runs.
 */
export function groundForEach(env: NodeJS.ProcessEnv = {}): Ground {
  return groundWhere(() => makePlace(env));
}

/**
 * Like `groundForEach`, but a daemon and a simulator already run for all these tests. So the programs do not start and
 * end their own. For tests that check neither the start of these programs nor the processes that remain.
 */
export function groundWithDaemon(env: NodeJS.ProcessEnv = {}): Ground {
  const home = daemonForAll();
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterAll(() => simulator.close());
  return groundWhere(() => makePlace({ VASTAR_SOCKET_PATH: home.place.socketPath, ...env }, simulator.url));
}

/** The parts of a concurrent test's context that are used here. */
type Ending = Pick<TestContext, 'onTestFinished'>;

/** The environment of one concurrent test. No daemon and no simulator runs. */
export async function groundNow(test: Ending, env: NodeJS.ProcessEnv = {}): Promise<Ground> {
  return endingWith(test, createGround(await makePlace(env)));
}

function endingWith({ onTestFinished }: Ending, ground: OwnedGround): Ground {
  onTestFinished(ground.close);
  return ground;
}

function groundWhere(make: () => Promise<Place>): Ground {
  const current = forEachTest(async () => createGround(await make()));
  return {
    get place() {
      return current().place;
    },
    run: (args, input) => current().run(args, input),
    start: (args) => current().start(args),
    open: (args, options) => current().open(args, options),
    endpoint: (answer, key) => current().endpoint(answer, key),
  };
}

interface OwnedGround extends Ground {
  close(): Promise<void>;
}

function createGround(place: Place): OwnedGround {
  const upstreams: Upstream[] = [];
  const programs: Running[] = [];
  const sessions: TerminalSession[] = [];
  return {
    place,
    run: (args, input) => runProgram(place, args, input),
    start(args) {
      const program = startProgram(place, args);
      programs.push(program);
      return program;
    },
    open(args, options) {
      const session = openTerminal(place, args, options);
      sessions.push(session);
      return session;
    },
    async endpoint(answer, key = 'sk-test') {
      const upstream = await startUpstream(answer);
      upstreams.push(upstream);
      place.writeConfig(
        `openai:\n  base_url: ${upstream.url}\n${key === '' ? '' : `  api_key: ${key}\n`}` +
          `simulator:\n  enabled: false\n  base_url: ${place.simulatorUrl}\n`,
      );
      return upstream;
    },
    async close() {
      for (const session of sessions) session.close();
      for (const { child } of programs) child.kill('SIGKILL');
      await Promise.all(programs.map(({ ended }) => ended));
      await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
      place.remove();
    },
  };
}
