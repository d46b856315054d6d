/**
 * Follows whether an answer has reached its end. An end mark counts until further output: some servers send a finish
 * reason with output in every chunk, and some send usage counts in advance.
 */
export class AnswerEnd {
  #mark: 'none' | 'usage' | 'finish' = 'none';
  /** Whether the current event contained output, and a finish reason, so far. */
  #output = false;
  #finish = false;
  /**
   * An earlier event had output without a finish reason. So a finish reason with output marks the end on this server.
   */
  #plainOutput = false;
  /** Output followed a finish reason, so on this server a finish reason sent with output does not mark the end. */
  #repeats = false;
  #doubtful = false;

  get concluded(): boolean {
    return this.#mark !== 'none';
  }

  /** Whether the conclusion may be premature. */
  get doubtful(): boolean {
    return this.#doubtful || this.#mark === 'usage';
  }

  nextEvent(): void {
    if (this.#output && !this.#finish) this.#plainOutput = true;
    this.#output = false;
    this.#finish = false;
  }

  /** The current event has output that is withheld. */
  withheld(): void {
    this.#output = true;
  }

  /** The answer has more output. */
  output(): void {
    if (this.#mark === 'finish') this.#repeats = true;
    this.#mark = 'none';
    this.#output = true;
  }

  /** The current event has a finish reason. */
  finish(): void {
    if (!(this.#repeats && this.#output)) this.#mark = 'finish';
    this.#doubtful = this.#output && !this.#plainOutput;
    this.#finish = true;
  }

  /** The server has marked the end in another way. */
  conclude(by: 'finish' | 'usage'): void {
    this.#doubtful = false;
    if (this.#mark !== 'finish') this.#mark = by;
  }

  /** Runs `work`, whose output came before the end mark. */
  before(work: () => void): void {
    const mark = this.#mark;
    work();
    this.#mark = mark;
  }
}
