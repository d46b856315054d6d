import { Command, Option } from 'commander';
import { VERSION } from '../../../common/program/version.js';
import { chatFlagsHelp } from '../../chat/chat-flags.js';
import { addEndpointFlags, MORE_FLAGS } from '../flags/endpoint-flags.js';
import { notEmpty } from '../flags/flag-text.js';
import { stderr, stdout } from './sink.js';

interface CommandEntry {
  name: string;
  description: string;
  /** Adds the command's flags and action. It loads the command's code, so only the chosen command is loaded. */
  load(): Promise<(command: Command, wholeProgram: () => Promise<Command>) => void>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'open the chat (the default command)',
    load: async () => (await import('../../chat.js')).defineChat,
  },
  {
    name: 'ask',
    description: 'send one question; the answer streams to stdout',
    load: async () => (await import('../../ask.js')).defineAsk,
  },
  {
    name: 'demo',
    description: 'run the three examples of the connector: streaming, non-streaming, sequential',
    load: async () => (await import('../../demo.js')).defineDemo,
  },
  {
    name: 'bench',
    description: 'run a load test: latencies, throughput, goodput, checks for CI',
    load: async () => (await import('../../bench.js')).defineBench,
  },
  {
    name: 'record',
    description: 'send one question, and keep the raw events of the answer with their times in a file',
    load: async () => (await import('../../record.js')).defineRecord,
  },
  {
    name: 'replay',
    description: 'play recorded answers, at their own pace or another',
    load: async () => (await import('../../replay.js')).defineReplay,
  },
  {
    name: 'runtime',
    description: 'run, start or stop the connector daemon, or show its state',
    load: async () => (await import('../../runtime.js')).defineRuntime,
  },
  {
    name: 'simulator',
    description: 'run an OpenAI-compatible endpoint with prepared answers: no key, no cost',
    load: async () => (await import('../../simulator.js')).defineSimulator,
  },
  {
    name: 'sessions',
    description: 'list, show, search, export, import or delete saved conversations',
    load: async () => (await import('../../sessions.js')).defineSessions,
  },
  {
    name: 'endpoints',
    description: 'list, add or test endpoints',
    load: async () => (await import('../../endpoints.js')).defineEndpoints,
  },
  {
    name: 'config',
    description: 'show the configuration and where each value comes from',
    load: async () => {
      const { defineConfig } = await import('../../config.js');
      return (command) => defineConfig(command);
    },
  },
  {
    name: 'doctor',
    description: 'check all parts that must work, and print advice',
    load: async () => (await import('../../doctor.js')).defineDoctor,
  },
  {
    name: 'completion',
    description: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('../../reference.js')).defineCompletion,
  },
  {
    name: 'man',
    description: 'print the manual page',
    load: async () => (await import('../../reference.js')).defineMan,
  },
  {
    name: 'help',
    description: 'print the help of a command, as its --help does',
    load: async () => (await import('../../reference.js')).defineHelp,
  },
];

/** Returns the program with its flags and the commands' names; `load` adds the flags and action of a command. */
export function createProgram(): Command {
  const program = new Command('vastar-tui')
    .description('A terminal chat for streaming LLM APIs that shows where each answer’s time goes')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--config <file>', 'configuration file (default: ./config.yaml, then the user’s own)', notEmpty)
    .option('--mode <name>', 'endpoint: simulator, openai or a profile')
    .option('--model <name>', 'model to use')
    .option('--base-url <url>', 'address of the endpoint in use')
    .option('--socket <path>', 'Unix socket of the daemon')
    .addOption(
      new Option('--log-level <level>', 'how much the daemon logs').choices([
        'error',
        'warn',
        'info',
        'debug',
      ]),
    )
    .option('--no-spawn', 'start neither daemon nor simulator')
    .helpCommand(false)
    .configureOutput({ writeOut: (text) => stdout.print(text), writeErr: (text) => stderr.print(text) })
    .addHelpText('after', chatFlagsHelp)
    .addHelpText('afterAll', ({ command }) => (command.parent === null ? '' : MORE_FLAGS))
    .exitOverride();
  addEndpointFlags(program);
  for (const { name, description } of COMMANDS) {
    program.command(name, { isDefault: name === 'chat' }).description(description);
  }
  return program;
}

/** Adds a command's flags and action. */
export async function load(command: Command): Promise<void> {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  (await entry?.load())?.(command, createWholeProgram);
  // The chat's flags are those of the program too.
  pointToHelp(command, entry?.name === 'chat' ? 'vastar-tui' : `vastar-tui ${command.name()}`);
}

/** Returns the program with every command loaded, for a description of all commands. */
async function createWholeProgram(): Promise<Command> {
  const program = createProgram();
  await Promise.all(program.commands.map(load));
  return program;
}

/** Ends each usage error with the command that lists the flags. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help lists all flags)`);
  for (const below of command.commands) pointToHelp(below, `${path} ${below.name()}`);
}
