import { once } from 'node:events';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../common/errors.js';
import { STOP_SIGNALS } from '../common/program/stop-signals.js';
import { ENDPOINT_NAMES } from '../simulator/http/endpoints.js';
import { modelHelp } from '../simulator/models.js';
import type { Simulator, SimulatorOptions } from '../simulator/server.js';
import { DEFAULT_HOST, DEFAULT_PORT } from '../simulator/settings/defaults.js';
import { SETTING_RULES } from '../simulator/settings/setting-rules.js';
import { type SimulatorFlags, simulatorOptions } from './simulator/simulator-options.js';
import { EXIT } from './support/ending/exit-codes.js';
import { numberWithin } from './support/flags/flag-number.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { printMessage } from './support/output/print-message.js';
import { stderr } from './support/output/sink.js';

const MAX_PORT = 65_535;

const help = (): string => `
The flags from --profile to --seed are settings. They are also taken from a --settings file (ttft: 50), for one
request as a header (x-sim-ttft: 50), and while the simulator runs:
  curl -X PATCH http://${DEFAULT_HOST}:${DEFAULT_PORT}/admin/settings -d '{"ttft": 50, "fault-rate": 0.1}'

Endpoints:
${ENDPOINT_NAMES.map((endpoint) => `  ${endpoint}`).join('\n')}

The model's name decides how a request is answered; names not listed are served as ordinary models:
${modelHelp()}

Example:
  curl -N http://${DEFAULT_HOST}:${DEFAULT_PORT}/v1/chat/completions -H 'Content-Type: application/json' \\
    -d '{"model":"sim-fast","stream":true,"messages":[{"role":"user","content":"What is Node.js?"}]}'
`;

/** Adds `simulator`, which runs the OpenAI-compatible endpoint in the foreground until a signal. */
export function defineSimulator(command: Command): void {
  command
    .option('--host <address>', 'address to listen on', DEFAULT_HOST)
    .option('--port <number>', 'port to listen on; 0 = any free port', parsePort, DEFAULT_PORT);
  const settings = Object.entries(SETTING_RULES).map(([name, rule]) => {
    const option = new Option(`--${name} ${rule.argument}`, rule.about).argParser((text) => {
      // The content of the files is checked when the simulator starts.
      const read = rule.read(text, () => ({ ttftMs: [], gapsMs: [] }));
      if (read === undefined) throw new InvalidArgumentError(`It must be ${rule.expected}.`);
      return text;
    });
    command.addOption(option);
    return { name, key: option.attributeName() };
  });
  command
    .option('--settings <file>', 'file with settings by name, as YAML or JSON')
    .option('--responses <folder>', 'answer with the Markdown files in this folder')
    .option(
      '--script <file>',
      'answer with the parts of this Markdown file, one a turn; --- lines separate them',
    )
    .option(
      '--record <file>',
      'forward chat completions to --upstream, and append the answers with their timing to this file',
    )
    .option('--upstream <url>', 'the provider to record, e.g. https://api.openai.com/v1')
    .option(
      '--replay <file>',
      'play the recorded answers of this file, or of a HAR file, at the recorded pace',
    )
    .option('--speed <factor>', 'with --replay: play this many times as fast [1]', numberWithin(0.01, 1000))
    .option('--log <file>', 'append one JSON line for each request, without its content')
    .addOption(new Option('--exit-with-stdin', 'end when stdin closes').hideHelp())
    .addHelpText('after', helpNotes(help()))
    .action(async (flags: SimulatorFlags) => {
      const values: Record<string, unknown> = command.opts();
      const given = settings.flatMap(({ name, key }) => {
        const value = values[key];
        // `--settings` names a file of settings; it is not a setting itself.
        return typeof value === 'string' ? [[name, value] as const] : [];
      });
      await run(flags, Object.fromEntries(given));
    });
}

/** After its owner has ended, the simulator checks this often, in ms, whether another program uses it. */
const ORPHAN_POLL_MS = 100;

async function run(flags: SimulatorFlags, given: Readonly<Record<string, string>>): Promise<void> {
  const stop = new AbortController();
  const onStop = (): void => stop.abort();
  for (const name of STOP_SIGNALS) process.once(name, onStop);
  let simulator: Simulator | undefined;
  let waiting: NodeJS.Timeout | undefined;
  // The program that started this simulator has ended, but others may still use it.
  const onOrphaned = (): void => {
    if (simulator === undefined || simulator.busy === 0) onStop();
    else waiting = setTimeout(onOrphaned, ORPHAN_POLL_MS);
  };
  if (flags.exitWithStdin) process.stdin.once('close', onOrphaned).resume();
  try {
    const options = await simulatorOptions(flags, given);
    const log = flags.log === undefined ? undefined : await openLog(flags.log);
    simulator = await start({ ...options, ...(log && { onExchange: log.write }) });
    if (simulator !== undefined) {
      stderr.print(`simulator listening on ${simulator.url} (Ctrl+C stops it)\n`);
      if (!stop.signal.aborted) await once(stop.signal, 'abort');
      await simulator.close();
    }
    await log?.close();
  } finally {
    for (const name of STOP_SIGNALS) process.removeListener(name, onStop);
    if (flags.exitWithStdin) process.stdin.removeListener('close', onOrphaned).destroy();
    clearTimeout(waiting);
  }
}

async function openLog(file: string) {
  const { openRequestLog } = await import('../simulator/http/request-log.js');
  return openRequestLog(file).catch((error: unknown) => {
    throw new UsageError(messageOf(error));
  });
}

/** Starts the server. When the address is in use, it prints a message, sets the exit code and returns undefined. */
async function start(options: SimulatorOptions): Promise<Simulator | undefined> {
  // The server's code is loaded here, so that other commands start without it.
  const { SimulatorStartError, startSimulator } = await import('../simulator/server.js');
  try {
    return await startSimulator(options);
  } catch (error) {
    if (!(error instanceof SimulatorStartError && error.code === 'EADDRINUSE')) throw error;
    printMessage(error.message);
    process.exitCode = EXIT.inUse;
    return undefined;
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MAX_PORT}.`);
}
