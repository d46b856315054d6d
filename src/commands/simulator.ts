import { once } from 'node:events';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_HOST,
  DEFAULT_PORT,
  DEFAULT_TOKENS_PER_SECOND,
  DEFAULT_TTFT_MS,
  LIMITS,
} from '../simulator/defaults.js';
import { ENDPOINT_NAMES } from '../simulator/endpoints.js';
import { modelHelp } from '../simulator/models.js';
import type { Simulator } from '../simulator/server.js';
import { EXIT } from './exit-codes.js';

interface Flags {
  host: string;
  port: number;
  ttft: number;
  tps: number;
  seed?: number;
  exitWithStdin?: true;
}

const MAX_SEED = 2 ** 32 - 1;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const help = (): string => `
Endpoints:
${ENDPOINT_NAMES.map((endpoint) => `  ${endpoint}`).join('\n')}

The model's name decides how a request is answered; names not listed are served as ordinary models:
${modelHelp()}

Example:
  curl -N http://${DEFAULT_HOST}:${DEFAULT_PORT}/v1/chat/completions -H 'Content-Type: application/json' \\
    -d '{"model":"sim-fast","stream":true,"messages":[{"role":"user","content":"What is Node.js?"}]}'
`;

/** Adds `simulator`: the OpenAI-compatible endpoint in the foreground, until a signal ends it. */
export function defineSimulator(command: Command): void {
  command
    .option('--host <address>', 'address to listen on', DEFAULT_HOST)
    .option(
      '--port <number>',
      '0: any free one',
      numberWithin({ min: 0, max: 65_535 }, 'whole'),
      DEFAULT_PORT,
    )
    .option('--ttft <ms>', 'mean time to first token', numberWithin(LIMITS.ttftMs), DEFAULT_TTFT_MS)
    .option(
      '--tps <number>',
      'mean output tokens a second',
      numberWithin(LIMITS.tokensPerSecond),
      DEFAULT_TOKENS_PER_SECOND,
    )
    .option(
      '--seed <number>',
      'the same timing and texts in every run',
      numberWithin({ min: 0, max: MAX_SEED }, 'whole'),
    )
    .addOption(new Option('--exit-with-stdin', 'end when stdin closes').hideHelp())
    .addHelpText('after', help)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const stop = new AbortController();
  const onStop = (): void => stop.abort();
  for (const name of STOP_SIGNALS) process.once(name, onStop);
  if (flags.exitWithStdin) process.stdin.once('close', onStop).resume();
  try {
    const simulator = await start(flags);
    if (simulator === undefined) return;
    process.stderr.write(`simulator listening on ${simulator.url} (Ctrl+C stops it)\n`);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await simulator.close();
  } finally {
    for (const name of STOP_SIGNALS) process.removeListener(name, onStop);
    if (flags.exitWithStdin) process.stdin.removeListener('close', onStop).destroy();
  }
}

/** Undefined, with the message printed and the exit code set, when the address is taken. */
async function start({ host, port, ttft, tps, seed }: Flags): Promise<Simulator | undefined> {
  // Only here is the server needed: the other commands start without its code.
  const { SimulatorStartError, startSimulator } = await import('../simulator/server.js');
  try {
    return await startSimulator({
      host,
      port,
      ttftMs: ttft,
      tokensPerSecond: tps,
      ...(seed !== undefined && { seed }),
    });
  } catch (error) {
    if (!(error instanceof SimulatorStartError && error.code === 'EADDRINUSE')) throw error;
    process.stderr.write(`vastar-tui: ${error.message}\n`);
    process.exitCode = EXIT.inUse;
    return undefined;
  }
}

/** A parser for a flag's number. Hexadecimal, exponents and the like are mistakes more often than meant. */
function numberWithin(limits: { min: number; max: number }, kind: 'whole' | 'any' = 'any') {
  const pattern = kind === 'whole' ? /^\d+$/ : /^\d+(?:\.\d+)?$/;
  return (text: string): number => {
    const value = Number(text);
    if (!pattern.test(text) || value < limits.min || value > limits.max) {
      const noun = kind === 'whole' ? 'a whole number' : 'a number';
      throw new InvalidArgumentError(`It must be ${noun} from ${limits.min} to ${limits.max}.`);
    }
    return value;
  };
}
