import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { userFolders } from '../common/program/user-folders.js';
import { ConfigError, formatSource, visible } from '../config/problem.js';
import { describeEndpoint, resolveEndpoint } from '../sdk/daemon/endpoint.js';
import { type Composition, compose, type GlobalFlags } from './composition/compose.js';
import { checkConfiguration } from './doctor/configuration.js';
import { checkDaemon } from './doctor/daemon.js';
import { checkDisk } from './doctor/disk.js';
import { checkEndpoint, endpointNotChecked } from './doctor/endpoint.js';
import { type Finding, ok, problem } from './doctor/finding.js';
import { checkKeys } from './doctor/keys.js';
import { checkNetwork } from './doctor/network.js';
import { checkProgram } from './doctor/node.js';
import { checkPresets } from './doctor/presets.js';
import { checkProxy } from './doctor/proxy.js';
import { counts, reportJson, type Section, sectionText, summaryText } from './doctor/report.js';
import { checkSimulator } from './doctor/simulator.js';
import { checkSocket } from './doctor/socket.js';
import { checkTerminal } from './doctor/terminal.js';
import { EXIT } from './support/ending/exit-codes.js';
import { helpNotes } from './support/flags/help-notes.js';
import { stdout } from './support/output/sink.js';

interface DoctorFlags extends GlobalFlags {
  json?: true;
  yes?: true;
}

const HELP = `
Each line is ok, a warning, or a problem, with advice. When no daemon or simulator answers, the command starts the
bundled one, as the chat does, and ends it afterwards. Keys are never shown.

Exit codes: 0 no problem (there may be warnings), 1 a problem, 2 wrong usage.`;

/** Adds `doctor`, which checks all parts that must work, and prints advice for those that fail. */
export function defineDoctor(command: Command): void {
  command
    .option('--json', 'print one JSON object')
    .option('--yes', 'send one free request to the real endpoint without confirmation')
    .addHelpText('after', helpNotes(HELP))
    .action(async (_flags: unknown, command: Command) => {
      process.exitCode = await doctor(command.optsWithGlobals<DoctorFlags>());
    });
}

async function doctor(flags: DoctorFlags): Promise<number> {
  const sections: Section[] = [];
  for await (const section of examine(flags)) {
    sections.push(section);
    if (!flags.json) stdout.print(...sectionText(section));
  }
  if (flags.json) stdout.json(reportJson(sections), 2);
  else stdout.print(summaryText(sections));
  return counts(sections).problem > 0 ? EXIT.failed : EXIT.ok;
}

/** Yields the sections, each as soon as its checks are done. */
async function* examine(flags: DoctorFlags): AsyncGenerator<Section, void, undefined> {
  const { config, data, log } = userFolders();
  yield { name: 'program', findings: checkProgram(process.versions.node) };
  yield { name: 'terminal', findings: checkTerminal({ env: process.env, ...screenOf(process.stdout) }) };
  yield { name: 'disk', findings: await checkDisk({ config, data, log, temporary: tmpdir() }) };

  const composition = composeOrProblems(flags);
  if (Array.isArray(composition)) {
    yield { name: 'configuration', findings: composition };
    return;
  }
  try {
    const { loaded, connector } = composition;
    yield { name: 'configuration', findings: checkConfiguration(loaded, process.cwd()) };
    yield { name: 'keys', findings: [...checkKeys(loaded), ...checkPresets(loaded)] };
    const daemon = [
      ...(await checkDaemon(() => connector.client.health())),
      await checkAddress(loaded.config.runtime),
    ];
    yield { name: 'daemon', findings: daemon };
    // The checks after this one send their requests through the daemon.
    if (daemon[0]?.status === 'problem') return;
    yield { name: 'simulator', findings: [await simulator(composition)] };
    yield { name: 'network', findings: await network(composition, flags) };
  } finally {
    await composition.close();
  }
}

function composeOrProblems(flags: DoctorFlags): Composition | Finding[] {
  try {
    return compose(flags);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message, source, suggestion = 'correct it there' }) =>
      problem(path === '' ? 'file' : path, `${formatSource(source)}: ${message}`, suggestion),
    );
  }
}

/** Checks the daemon's address, and the owner of its socket. */
async function checkAddress({ socketPath }: { socketPath?: string | undefined }): Promise<Finding> {
  const address = resolveEndpoint(socketPath === undefined ? {} : { socketPath }, process.env);
  return address.kind === 'unix'
    ? checkSocket(address.path, process.getuid?.())
    : ok('address', `${describeEndpoint(address)}, by VASTAR_USE_TCP`);
}

async function simulator({ connector, loaded, ready }: Composition): Promise<Finding> {
  // A daemon that cannot start does not answer; the check below reports that.
  await ready(AbortSignal.timeout(10_000)).catch(() => {});
  return checkSimulator(
    connector.client,
    loaded.config.simulator.baseUrl,
    connector.endpoint.kind === 'simulator',
  );
}

async function network({ connector }: Composition, flags: DoctorFlags): Promise<Finding[]> {
  const proxy = checkProxy(process.env);
  const { kind, name, baseUrl, problem: unusable } = connector.endpoint;
  if (kind === 'simulator')
    return [proxy, ok('provider', 'not needed in simulator mode; to check one: --mode openai')];
  if (unusable !== undefined) return [proxy];
  const found = [proxy, ...(await checkNetwork(connector.client, connector.endpoint))];
  if (found.some(({ status }) => status === 'problem')) return found;
  const allowed =
    flags.yes === true ||
    (await allows(`Request the list of models from ${name} (${baseUrl}) with your key?`));
  return [...found, allowed ? await checkEndpoint(connector) : endpointNotChecked(name)];
}

/** Shows a question to the user and returns the answer. Without a terminal the answer is no. */
async function allows(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${visible(question)} It costs nothing. [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    // Ctrl+C or the end of input.
    return false;
  } finally {
    prompt.close();
  }
}

function screenOf(stdout: NodeJS.WriteStream) {
  if (!stdout.isTTY) return {};
  const { columns, rows } = stdout;
  return { screen: { columns, rows, colourBits: stdout.getColorDepth() } };
}
