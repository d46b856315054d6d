import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from '../config/problem.js';
import { ConnectorException, messageOf } from '../errors.js';
import { VERSION } from '../version.js';
import { EXIT, exitCodeOfClass } from './exit-codes.js';
import { UsageError } from './usage-error.js';

interface CommandEntry {
  name: string;
  description: string;
  /** Brings the command's flags and action: what a command needs is loaded when it is the one. */
  load(): Promise<(command: Command) => void>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'the chat (what runs without a command)',
    load: async () => (await import('./chat.js')).defineChat,
  },
  {
    name: 'ask',
    description: 'ask one question; the answer streams to stdout',
    load: async () => (await import('./ask.js')).defineAsk,
  },
  {
    name: 'demo',
    description: "the connector's three examples: streaming, non-streaming, sequential requests",
    load: async () => (await import('./demo.js')).defineDemo,
  },
  {
    name: 'runtime',
    description: 'the connector daemon: run, start, stop, status',
    load: async () => (await import('./runtime.js')).defineRuntime,
  },
  {
    name: 'simulator',
    description: 'an OpenAI-compatible endpoint with prepared answers, for trying and testing without a key',
    load: async () => (await import('./simulator.js')).defineSimulator,
  },
  {
    name: 'config',
    description: 'show the configuration and where each value comes from',
    load: async () => (await import('./config.js')).defineConfig,
  },
  {
    name: 'sessions',
    description: 'saved conversations: list, show, search, export, import, rm',
    load: async () => (await import('./sessions.js')).defineSessions,
  },
];

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
  for (const { name, description } of COMMANDS) {
    program.command(name, { isDefault: name === 'chat' }).description(description);
  }
  program.hook('preSubcommand', async (_program, command) => {
    const chosen = COMMANDS.find(({ name }) => name === command.name());
    (await chosen?.load())?.(command);
  });

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
