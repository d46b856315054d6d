/** Why a file is not what it should be. */
export class InputError extends Error {
  override readonly name = 'InputError';

  /**
   * @param line from 1
   * @param entry from 1; of a list, which may all stand on one line
   */
  constructor(reason: string, line: number, entry?: number) {
    super(`line ${line}${entry === undefined ? '' : `, entry ${entry}`}: ${reason}`);
  }
}
