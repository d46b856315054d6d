import type { AnswerFormat } from '../formats/format.js';
import type { Reply } from './reply.js';

/** Facts about the answer that a fault needs. */
interface FaultyAnswer {
  stream: boolean;
  format: Pick<AnswerFormat, 'isChat' | 'refusal' | 'errorEvent'>;
  /** Whether the request's body has this member. */
  has(member: string): boolean;
}

/** Turns a correct reply into the reply of a faulty provider. */
type Fault = (reply: Reply, answer: FaultyAnswer) => Reply;

/** A fault with a short description. */
export interface DescribedFault {
  about: string;
  fault: Fault;
}
