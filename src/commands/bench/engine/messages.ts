import type { Counts } from '../../../loadtest/distribution.js';
import type { Conversation, PromptSource } from '../../../loadtest/prompts/prompt.js';
import type { Sample } from '../../../loadtest/sample.js';
import type { Share } from '../../../loadtest/share.js';
import type { BenchFlags } from '../flags.js';
import type { Trace } from '../load.js';
import type { Part } from './part.js';

/** The flags that a worker needs; conditions have functions, which cannot be sent. */
export function sendable({ check: _check, slo: _slo, ...flags }: BenchFlags): BenchFlags {
  return flags;
}

/** What a worker is started with. */
export interface WorkerSetup {
  flags: BenchFlags;
  /** The endpoint's name. */
  mode: string;
  trace: Trace | undefined;
  /** Prompts that were read, for stdin cannot be read again; undefined: the flags say how to make them. */
  prompts: (Pick<PromptSource, 'text' | 'json'> & { conversations: readonly Conversation[] }) | undefined;
}

export type ToWorker =
  | {
      type: 'run';
      /** Say how requests are sent. */
      flags: BenchFlags;
      share: Share;
      /** Of the counters that all workers share. */
      memory: SharedArrayBuffer;
      /** Unix time in ms, with fractions. */
      startAtMs: number;
    }
  /** Another worker sent the last request of the count, or has it waiting. */
  | { type: 'given-out'; atMs: number }
  | { type: 'stop' }
  /** There will be no further test. */
  | { type: 'close' };

export type FromWorker =
  /** It can send requests. */
  | { type: 'ready' }
  /** What has ended since the last such message. */
  | { type: 'samples'; samples: readonly Sample[] }
  | { type: 'notice'; text: string }
  | { type: 'given-out'; atMs: number }
  | { type: 'done'; part: Part; gaps: Counts | undefined };
