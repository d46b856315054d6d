import { Command, Option } from 'commander';
import { VERSION } from '../../common/version.js';
import { addEndpointFlags } from './endpoint-flags.js';
import { notEmpty } from './flag-text.js';

interface CommandEntry {
  name: string;
  description: string;
  /** Brings the command's flags and action: what a command needs is loaded when it is the one. */
  load(): Promise<(command: Command, wholeProgram: () => Promise<Command>) => void>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'the chat (what runs without a command)',
    load: async () => (await import('../chat.js')).defineChat,
  },
  {
    name: 'ask',
    description: 'ask one question; the answer streams to stdout',
    load: async () => (await import('../ask.js')).defineAsk,
  },
  {
    name: 'demo',
    description: "the connector's three examples: streaming, non-streaming, sequential requests",
    load: async () => (await import('../demo.js')).defineDemo,
  },
  {
    name: 'bench',
    description: 'load through the daemon, measured: latencies, throughput, goodput, checks for CI',
    load: async () => (await import('../bench.js')).defineBench,
  },
  {
    name: 'record',
    description: 'ask one question, and keep the raw events of its answer, with their times, in a file',
    load: async () => (await import('../record.js')).defineRecord,
  },
  {
    name: 'replay',
    description: 'play recorded answers again, at their pace or another',
    load: async () => (await import('../replay.js')).defineReplay,
  },
  {
    name: 'runtime',
    description: 'the connector daemon: run, start, stop, status',
    load: async () => (await import('../runtime.js')).defineRuntime,
  },
  {
    name: 'simulator',
    description: 'an OpenAI-compatible endpoint with prepared answers, for trying and testing without a key',
    load: async () => (await import('../simulator.js')).defineSimulator,
  },
  {
    name: 'sessions',
    description: 'saved conversations: list, show, search, export, import, rm',
    load: async () => (await import('../sessions.js')).defineSessions,
  },
  {
    name: 'endpoints',
    description: 'the endpoints: list, add, test',
    load: async () => (await import('../endpoints.js')).defineEndpoints,
  },
  {
    name: 'config',
    description: 'show the configuration and where each value comes from',
    load: async () => {
      const { defineConfig } = await import('../config.js');
      return (command) => defineConfig(command);
    },
  },
  {
    name: 'doctor',
    description: 'check all that has to work, and say what to do where it does not',
    load: async () => (await import('../doctor.js')).defineDoctor,
  },
  {
    name: 'completion',
    description: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('../reference.js')).defineCompletion,
  },
  {
    name: 'man',
    description: 'print the manual page',
    load: async () => (await import('../reference.js')).defineMan,
  },
  {
    name: 'help',
    description: 'print the help of a command, as its --help does',
    load: async () => (await import('../reference.js')).defineHelp,
  },
];

/** The program with its flags and the commands' names; what a command takes comes with `load`. */
export function createProgram(): Command {
  const program = new Command('vastar-tui')
    .description('A terminal chat for streaming LLM APIs that shows where each answer’s time goes')
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .option('--config <file>', 'configuration file (default: ./config.yaml, then the user’s own)', notEmpty)
    .option('--mode <name>', 'endpoint: simulator, openai or a profile')
    .option('--model <name>', 'model to ask for')
    .option('--base-url <url>', 'address of the endpoint in use')
    .option('--socket <path>', 'the daemon’s Unix socket')
    .addOption(
      new Option('--log-level <level>', 'of the daemon’s log').choices(['error', 'warn', 'info', 'debug']),
    )
    .option('--no-spawn', 'start neither daemon nor simulator')
    .helpCommand(false)
    .exitOverride();
  addEndpointFlags(program);
  for (const { name, description } of COMMANDS) {
    program.command(name, { isDefault: name === 'chat' }).description(description);
  }
  return program;
}

/** Brings a command's flags and action. */
export async function load(command: Command): Promise<void> {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  (await entry?.load())?.(command, createWholeProgram);
  // The chat's are the program's own, too.
  pointToHelp(command, entry?.name === 'chat' ? 'vastar-tui' : `vastar-tui ${command.name()}`);
}

/** The program with every command loaded, to be described. */
export async function createWholeProgram(): Promise<Command> {
  const program = createProgram();
  await Promise.all(program.commands.map(load));
  return program;
}

/** Lets what is wrong with a command's flags end with where they are listed. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help lists what there is)`);
  for (const below of command.commands) pointToHelp(below, `${path} ${below.name()}`);
}
