import { Command } from 'commander';
import { VERSION } from '../common/program/version.js';
import { visible } from '../config/problem.js';
import { EXIT_USAGE, runDaemon } from './daemon.js';
import { addDaemonFlags, daemonFlagsFrom } from './options/daemon-flags.js';

/** The command `vastar-connector-runtime`: runs the daemon in the foreground, as `vastar-tui runtime run` does. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('vastar-connector-runtime')
    .description('Makes HTTP requests for programs that use the Vastar connector protocol')
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    // Error messages repeat arguments, which can contain control characters.
    .configureOutput({ outputError: (text, write) => write(text.split('\n').map(visible).join('\n')) })
    .showHelpAfterError('(vastar-connector-runtime --help lists all flags)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE))
    .action(async (_flags: unknown, command: Command) => {
      process.exitCode = await runDaemon(daemonFlagsFrom(command));
    });
  await addDaemonFlags(program).parseAsync(argv);
}
