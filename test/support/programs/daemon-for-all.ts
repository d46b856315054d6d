import { afterAll, beforeAll } from 'vitest';
import { makePlace, type Place, RUNTIME, type Running, startProgram } from './program.js';

/** The built daemon as a process that serves all tests of a file. */
export interface DaemonForAll {
  /** Its socket is the daemon's. */
  readonly place: Place;
  readonly daemon: Running;
}

/**
 * Starts the daemon with these flags before the first test, and ends it after the last. Use the members only within a
 * test.
 */
export function daemonForAll(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): DaemonForAll {
  let place: Place;
  let daemon: Running;
  beforeAll(async () => {
    place = await makePlace(env);
    daemon = startProgram(place, ['--socket', place.socketPath, ...flags], RUNTIME);
    await daemon.untilStderr(/listening on/);
  });
  afterAll(async () => {
    daemon.child.kill();
    await daemon.ended;
    place.remove();
  });
  return {
    get place() {
      return place;
    },
    get daemon() {
      return daemon;
    },
  };
}
