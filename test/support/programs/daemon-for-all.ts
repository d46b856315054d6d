import { afterAll, beforeAll } from 'vitest';
import { makeSandbox, RUNTIME, type Running, type Sandbox, startProgram } from './program.js';

/** The built daemon as a process that serves all tests of a file. */
export interface DaemonForAll {
  /** Its socket is the daemon's. */
  readonly sandbox: Sandbox;
  readonly daemon: Running;
}

/**
 * Starts the daemon with these flags before the first test, and ends it after the last. Use the members only within a
 * test.
 */
export function daemonForAll(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): DaemonForAll {
  let sandbox: Sandbox;
  let daemon: Running;
  beforeAll(async () => {
    sandbox = await makeSandbox(env);
    daemon = startProgram(sandbox, ['--socket', sandbox.socketPath, ...flags], RUNTIME);
    await daemon.untilStderr(/listening on/);
  });
  afterAll(async () => {
    daemon.child.kill();
    await daemon.ended;
    sandbox.remove();
  });
  return {
    get sandbox() {
      return sandbox;
    },
    get daemon() {
      return daemon;
    },
  };
}
