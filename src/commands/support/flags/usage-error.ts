/** Thrown for wrong use of a command, with a message that gives advice. Ends the program with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
