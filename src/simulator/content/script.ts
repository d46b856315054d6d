import { readFile } from 'node:fs/promises';
import { fileReason } from '../../common/errors.js';

/**
 * Reads the answers of a conversation, one for each turn, from Markdown with a line `---` between them.
 * @throws {Error} when the file can't be read or is empty; the message is for users
 */
export async function readScript(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`The script ${file} cannot be read: ${fileReason(error)}`);
  });
  const turns = text
    .split(/^---[ \t]*\r?$/m)
    .map((turn) => turn.trim())
    .filter((turn) => turn !== '');
  if (turns.length === 0) throw new Error(`The script ${file} has no answer.`);
  return turns;
}
