/** Wrong use of a command; the message says what to do. Ends the program with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
