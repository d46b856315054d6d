/** The user stopped a test before it had a result. */
export class StoppedEarly extends Error {
  override readonly name = 'StoppedEarly';
}
