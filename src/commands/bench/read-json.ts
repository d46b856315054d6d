import { fileReason } from '../../common/errors.js';
import { createReportReader } from '../../loadtest/report/report-reader.js';
import { UsageError } from '../support/flags/usage-error.js';
import { bytesOf } from '../support/input/bytes.js';
import { compressedBy, encodingOf } from '../support/input/text-file.js';

/**
 * Reads a report, of any length; "-" is stdin.
 * @throws {UsageError} when the file cannot be read or is not JSON
 */
export async function readJson(path: string): Promise<unknown> {
  const name = path === '-' ? 'stdin' : path;
  const reader = createReportReader();
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of bytesOf(path, 1024 * 1024)) {
      const program = decoder === undefined ? compressedBy(chunk) : undefined;
      if (program !== undefined) throw new UsageError(`decompress ${name} with ${program}`);
      // PowerShell's `>` writes UTF-16.
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      reader.feed(decoder.decode(chunk, { stream: true }));
    }
    return reader.end();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw new UsageError(`give a report of "bench --json": ${name} is not JSON`);
    throw new UsageError(`${name} cannot be read: ${fileReason(error)}`);
  }
}
