import { once } from 'node:events';
import { UsageError } from '../flags/usage-error.js';
import { printMessage } from '../output/print-message.js';
import { PATIENCE_MS, readBytes } from './bytes.js';

/** Resolves to all bytes of stdin. @throws {UsageError} when they are over 8 MiB */
export function readStdin(): Promise<Buffer> {
  return readBytes('-', (why) => new UsageError(`stdin ${why}`));
}

/**
 * Resolves to all bytes of stdin. When stdin stays open and silent, as under cron or in CI, it prints a notice on
 * stderr and resolves to no bytes.
 * @throws {UsageError} as `readStdin` does
 */
export async function readStdinIfAny(): Promise<Buffer> {
  try {
    // Resolves at the first bytes or at the end.
    await once(process.stdin, 'readable', { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stdin.pause();
    printMessage(
      'stdin is open and silent: the question is sent without it. Add "-" to wait for it, or < /dev/null to leave it out',
    );
    return Buffer.of();
  }
  return readStdin();
}
