import { UsageError } from './usage-error.js';

const LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * All of stdin as text.
 * @throws {UsageError} when it is no UTF-8, or more than fits a request (8 MiB).
 */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LIMIT_BYTES)
      throw new UsageError(`stdin is over ${LIMIT_BYTES / 1024 / 1024} MiB: send less of it`);
    chunks.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UsageError('stdin is not UTF-8 text');
  }
}
