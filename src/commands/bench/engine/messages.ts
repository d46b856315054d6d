import type { Counts } from '../../../loadtest/figures/distribution.js';
import type { Share } from '../../../loadtest/load/share.js';
import type { Conversation, PromptSource } from '../../../loadtest/prompts/prompt.js';
import type { Rows } from '../../../loadtest/samples/sample-rows.js';
import type { BenchFlags } from '../flags/flags.js';
import type { Trace } from '../load.js';
import type { Part } from './part.js';

/** Removes the conditions, whose functions cannot be sent to a worker and which only the main thread needs. */
export function sendable({ check: _check, slo: _slo, ...flags }: BenchFlags): BenchFlags {
  return flags;
}

/** Start data of a worker. */
export interface WorkerSetup {
  flags: BenchFlags;
  /** The endpoint's name. */
  mode: string;
  trace: Trace | undefined;
  /**
   * Prompts from a file or stdin, which only the main thread reads; undefined: the worker generates them from the
   * flags.
   */
  prompts: (Pick<PromptSource, 'text' | 'json'> & { conversations: readonly Conversation[] }) | undefined;
}

export type ToWorker =
  | {
      type: 'run';
      /** Flags of the test. */
      flags: BenchFlags;
      share: Share;
      /** Memory of the counters that all workers share. */
      memory: SharedArrayBuffer;
      /** Unix time in fractional ms. */
      startAtMs: number;
    }
  /** Another worker has sent or queued the last of the test's requests. */
  | { type: 'given-out'; atMs: number }
  | { type: 'stop' }
  /** No further test follows. */
  | { type: 'close' };

export type FromWorker =
  /** The worker can send requests. */
  | { type: 'ready' }
  /** The rows of the requests that ended since the last message of this type. */
  | { type: 'samples'; rows: Rows }
  | { type: 'notice'; text: string }
  | { type: 'given-out'; atMs: number }
  | { type: 'done'; part: Part; gaps: Counts | undefined };
