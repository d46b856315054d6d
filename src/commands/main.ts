import { CommanderError } from 'commander';
import { ConnectorException, messageOf } from '../common/errors.js';
import { ConfigError } from '../config/problem.js';
import { SessionsError } from '../sessions/problem.js';
import { EXIT, exitCodeOfError } from './support/ending/exit-codes.js';
import { leave } from './support/ending/leave.js';
import { UsageError } from './support/flags/usage-error.js';
import { printMessage } from './support/output/print-message.js';
import { endWithStdout } from './support/output/stdout.js';
import { createProgram, load } from './support/output/table.js';

/** Parses the arguments and runs one command. Sets the exit code, and prints one message for an exception. */
export async function main(argv: readonly string[]): Promise<void> {
  endWithStdout();
  const program = createProgram();
  program.hook('preSubcommand', (_program, command) => load(command));

  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
  await leave();
}

function exitCodeFor(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  printMessage(
    isRemovedFolder(error) ? 'change to a folder that exists: the current one was removed' : messageOf(error),
  );
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT.usage;
  if (error instanceof SessionsError && ['unknown', 'ambiguous', 'invalid'].includes(error.kind))
    return EXIT.usage;
  if (error instanceof ConnectorException) return exitCodeOfError(error);
  return EXIT.failed;
}

function isRemovedFolder(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd';
}
