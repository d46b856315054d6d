/** An input file is invalid. */
export class InputError extends Error {
  override readonly name = 'InputError';

  /**
   * @param line from 1
   * @param entry number in a list, from 1; a whole list may be on one line
   */
  constructor(reason: string, line: number, entry?: number) {
    super(`line ${line}${entry === undefined ? '' : `, entry ${entry}`}: ${reason}`);
  }
}
