import { pathToFileURL } from 'node:url';
import { bundled } from '../programs/bundled.js';

/** The clock of a test's programs. */
export interface TestClock {
  /** How many times as fast as the system's clock. */
  readonly speed: number;
  /** The variables of programs with this clock. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Returns a clock that runs faster, for programs and those that they start. For waits that are too long for a test: the
 * programs and their limits are the same, and all times keep their proportions. A test's server divides its own waits by
 * `speed`. A pause of a busy machine seems `speed` times as long.
 * @param speed a whole number
 */
export async function fastClock(speed: number): Promise<TestClock> {
  const preload = await bundled('fast-clock', 'test/support/clocks/fast-clock-preload.ts');
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload)}`, FAST_CLOCK: `${speed} ${Date.now()}` };
  return { speed, env };
}
