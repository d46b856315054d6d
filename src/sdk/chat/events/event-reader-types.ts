import type { Answer } from '../answer.js';
import type { PlainChunk } from './plain-chunk.js';

/** The meaning of an event for the end of the answer. */
export type Verdict =
  /** Further events may follow. */
  | 'open'
  /** A usage event without choices, which is the last event of an answer. */
  | 'closing'
  | 'unrecognised';

/** The parts of an answer that event readers write to. */
export type ReadAnswer = Pick<Answer, 'emit' | 'result' | 'parts'>;

export interface ChatEventReader {
  /** Emits the contents of an event. Error objects don't get here: `errorEventOf` finds them first. */
  read(event: unknown): Verdict;
  /** Emits the contents of a plain chunk. Returns false when `read` must read the event. */
  readPlain?(chunk: PlainChunk): boolean;
}
