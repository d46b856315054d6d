import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from '../config/index.js';
import { ConnectorException, messageOf } from '../errors.js';
import { VERSION } from '../version.js';
import { addAskCommand } from './ask.js';
import { addChatCommand } from './chat.js';
import { addConfigCommand } from './config.js';
import { addDemoCommand } from './demo.js';
import { EXIT, exitCodeOfClass } from './exit-codes.js';
import { addRuntimeCommand } from './runtime.js';
import { addSimulatorCommand } from './simulator.js';
import { UsageError } from './usage-error.js';

/** Parses the arguments and runs one command; sets the exit code, and turns what was thrown into one message. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('vastar-tui')
    .description('A terminal chat for streaming LLM APIs that shows where each answer’s time goes')
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .option('--config <file>', 'configuration file (default: ./config.yaml, then the user’s own)')
    .option('--mode <name>', 'endpoint: simulator, openai or a profile')
    .option('--model <name>', 'model to ask for')
    .option('--base-url <url>', 'address of the endpoint in use')
    .option('--socket <path>', 'the daemon’s Unix socket')
    .addOption(
      new Option('--log-level <level>', 'of the daemon’s log').choices(['error', 'warn', 'info', 'debug']),
    )
    .option('--no-spawn', 'start neither daemon nor simulator')
    .showHelpAfterError('(vastar-tui --help lists the commands and flags)')
    .exitOverride();
  addChatCommand(program);
  addAskCommand(program);
  addDemoCommand(program);
  addRuntimeCommand(program);
  addSimulatorCommand(program);
  addConfigCommand(program);
  // Subcommands made above don't inherit what was set on the program before them.
  for (const command of program.commands) command.exitOverride();

  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
}

function exitCodeFor(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  process.stderr.write(`vastar-tui: ${messageOf(error)}\n`);
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT.usage;
  if (error instanceof ConnectorException) return exitCodeOfClass(error.errorClass);
  return EXIT.failed;
}
