/** Thrown when the daemon can't listen at its address. The message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** `in-use`: a daemon or another program uses the address. */
  readonly reason: 'in-use' | 'other';

  constructor(message: string, reason: 'in-use' | 'other' = 'other') {
    super(message);
    this.reason = reason;
  }
}
