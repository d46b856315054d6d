import { readFileSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { UsageError } from '../support/flags/usage-error.js';

/**
 * Reads a JSON file.
 * @throws {UsageError} when the file cannot be read or is not JSON
 */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${fileReason(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`give a report of "bench --json": ${path} is not JSON`);
  }
}
