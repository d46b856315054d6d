import type { AnswerFormat } from '../formats/format.js';
import type { Reply } from './reply.js';

/** What a fault has to know of the answer that goes wrong. */
export interface FaultyAnswer {
  stream: boolean;
  format: Pick<AnswerFormat, 'isChat' | 'refusal' | 'errorEvent'>;
  /** Whether the request's body has this member. */
  has(member: string): boolean;
}

/** Makes of a sound reply what a faulty provider would have sent. */
export type Fault = (reply: Reply, answer: FaultyAnswer) => Reply;

/** A fault with what it does, in a few words. */
export interface DescribedFault {
  about: string;
  fault: Fault;
}
