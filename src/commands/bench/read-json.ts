import { readFileSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { UsageError } from '../support/usage-error.js';

/**
 * What a file has as JSON.
 * @throws {UsageError} when it cannot be read, or is none
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
    throw new UsageError(`${path} is no JSON: it must be a report of "bench --json"`);
  }
}
