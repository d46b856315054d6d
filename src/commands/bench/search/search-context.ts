import type { ServerRecord } from '../../../loadtest/server-metrics/record.js';
import type { Engine } from '../engine/engine.js';
import type { BenchFlags } from '../flags/flags.js';
import { type Measured, type Measurement, measure } from '../measure.js';
import type { ServerPage } from '../server-metrics.js';

/** The parts that all tests of a search share. */
export interface SearchContext {
  readonly engine: Engine;
  readonly flags: BenchFlags;
  /** The endpoint's name. */
  readonly label: string;
  /** Number of turns of conversation number `index`. */
  readonly turnsOf: (index: number) => number;
  /** Number of conversations of all tests so far. */
  begun: number;
  /** The server's metrics page. */
  readonly page: ServerPage | undefined;
}

/** The test of one load. */
export interface Tested {
  readonly measured: Measured;
  /** The server's metrics during the test. */
  readonly server: ServerRecord | undefined;
}

/** Runs a test of a search. It continues in the list of prompts where the previous test ended. */
export async function measureNext(
  context: SearchContext,
  test: Measurement,
  signal: AbortSignal,
): Promise<Measured> {
  const flags = { ...test.flags, first: context.begun };
  const measured = await measure(context.engine, { ...test, flags }, signal);
  context.begun += measured.conversations.begun + measured.unsent;
  return measured;
}
