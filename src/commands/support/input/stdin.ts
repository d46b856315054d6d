import { once } from 'node:events';
import { UsageError } from '../flags/usage-error.js';
import { printMessage } from '../output/print-message.js';
import { LIMIT_BYTES, notText, OVER_LIMIT, textOf } from './text-file.js';

/** A program that leaves stdin open and sends nothing looks like one that hangs. */
const PATIENCE_MS = 3000;

/** Returns all of stdin as text. @throws {UsageError} when it is not UTF-8, or over 8 MiB */
export async function readStdin(): Promise<string> {
  const bytes = await readAll();
  const text = textOf(bytes);
  if (text === undefined) throw new UsageError(`stdin ${notText(bytes)}`);
  return text;
}

/**
 * Returns all of stdin as text. When stdin stays open and silent, as under cron or in CI, it prints a notice on
 * stderr and returns an empty text.
 * @throws {UsageError} as `readStdin` does
 */
export async function readStdinIfAny(): Promise<string> {
  try {
    // Resolves at the first bytes or at the end.
    await once(process.stdin, 'readable', { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stdin.pause();
    printMessage(
      'stdin is open and silent: the question is sent without it. Add "-" to wait for it, or < /dev/null to leave it out',
    );
    return '';
  }
  return readStdin();
}

/** Yields the bytes of stdin as they arrive. Prints a notice when the end takes long. */
export async function* untilStdinEnds(): AsyncGenerator<Buffer> {
  const patience = setTimeout(
    printMessage,
    PATIENCE_MS,
    'waiting for stdin to end (to leave it out: < /dev/null)',
  );
  try {
    for await (const chunk of process.stdin) yield Buffer.from(chunk);
  } finally {
    clearTimeout(patience);
  }
}

async function readAll(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const bytes of untilStdinEnds()) {
    size += bytes.length;
    if (size > LIMIT_BYTES) throw new UsageError(`stdin ${OVER_LIMIT}`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
