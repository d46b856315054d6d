import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { parsedOrText } from '../common/json.js';
import { userFolders } from '../common/program/user-folders.js';
import { answerRequest } from '../config/endpoints/endpoint-request.js';
import { PROVIDER_NAMES } from '../config/endpoints/providers.js';
import { visible } from '../config/problem.js';
import { candidateFiles } from '../config/sources/find-file.js';
import { overlay, type Tree, treeOf } from '../config/sources/tree.js';
import { diagnose } from '../connector/diagnosis/diagnose.js';
import { type Composition, compose, type GlobalFlags, reportProblems } from './composition/compose.js';
import { EXIT } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { stdout } from './support/output/sink.js';

interface AddFlags extends GlobalFlags {
  name?: string;
  keyVariable?: string;
}

const ADD_HELP = `
The flags for endpoints become the profile. At a terminal, the command asks for missing values.
  vastar-tui endpoints add groq --provider groq --model llama-3.3-70b-versatile
  vastar-tui endpoints add work --base-url https://gateway.example --auth api-key --key-variable WORK_KEY --model m`;

const TEST_HELP = `
Sends one short question, which costs a few tokens, and reads the whole answer. Without an answer, further requests to
the same host search for the right path and authentication.

Exit codes: 0 the answer ended normally, 1 it did not, 2 wrong usage.`;

/** Adds `endpoints list`, `add` and `test`. */
export function defineEndpoints(endpoints: Command): void {
  endpoints
    .command('list')
    .description('list the endpoints of the configuration')
    .option('--json', 'as JSON')
    .action((_flags: unknown, command: Command) => list(command.optsWithGlobals()));
  endpoints
    .command('add')
    .description('add an endpoint to the configuration file')
    .argument('[name]', 'the name of the profile')
    .option('--key-variable <name>', 'environment variable that has the key')
    .addHelpText('after', helpNotes(ADD_HELP))
    .action((name: string | undefined, _flags: unknown, command: Command) =>
      add({ ...command.optsWithGlobals<AddFlags>(), ...(name !== undefined && { name }) }),
    );
  endpoints
    .command('test')
    .description('send an endpoint one question, and report what is wrong')
    .argument('[name]', 'simulator, openai or a profile (default: the endpoint in use)')
    .option('--json', 'as JSON')
    .addHelpText('after', helpNotes(TEST_HELP))
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      process.exitCode = await test(name, command.optsWithGlobals());
    });
}

function list(flags: GlobalFlags & { json?: boolean }): void {
  const { loaded, connector } = compose({ ...flags, spawn: false });
  reportProblems(loaded);
  const rows = connector.endpoints.map((endpoint) => ({
    name: endpoint.name,
    provider: endpoint.access.provider ?? null,
    url: answerRequest(endpoint).shownUrl,
    model: endpoint.model,
    problem: endpoint.problem ?? null,
  }));
  if (flags.json) {
    stdout.json(rows, 2);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, url, model, problem } of rows) {
    const remark = problem === null ? '' : `  (${problem})`;
    stdout.print(`${visible(`${name.padEnd(width)}  ${model}  ${url}${remark}`)}\n`);
  }
}

async function add(flags: AddFlags): Promise<void> {
  const answered = process.stdin.isTTY && process.stdout.isTTY ? await askForMissing(flags) : flags;
  const { name, provider, url, baseUrl, api, auth, model, keyVariable, stream, adapt } = answered;
  if (name === undefined) throw new UsageError('name the profile: vastar-tui endpoints add NAME');
  if (model === undefined) throw new UsageError('give the model: --model NAME');
  const profile = {
    ...(provider !== undefined && { provider }),
    ...(baseUrl !== undefined && { base_url: baseUrl }),
    ...(url !== undefined && { url }),
    ...(keyVariable !== undefined && { api_key: `\${${keyVariable}}` }),
    model,
    ...(api !== undefined && { api }),
    ...(auth !== undefined && { auth }),
    ...pairs('headers', '--header', flags.header, ':'),
    ...pairs('query', '--query', flags.query, '='),
    ...pairs('body', '--set', flags.set, '='),
    ...(stream === false && { stream }),
    ...(adapt === false && { adapt }),
  };
  const { addProfile } = await import('./endpoints/add.js');
  const path = fileToChange(flags.config);
  addProfile(path, name, profile);
  stdout.print(`${visible(`added ${name} to ${path}. To try it: vastar-tui endpoints test ${name}`)}\n`);
}

/** Returns the configuration file in use, or else the default one of the user. */
function fileToChange(given: string | undefined): string {
  const folders = userFolders();
  const files = candidateFiles(process.cwd(), folders, given);
  return (
    files.find(({ path }) => existsSync(path))?.path ??
    files.at(-1)?.path ??
    join(folders.config, 'config.yaml')
  );
}

async function askForMissing(flags: AddFlags): Promise<AddFlags> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async (given: string | undefined, question: string): Promise<string | undefined> => {
    if (given !== undefined) return given;
    const answer = (await prompt.question(question)).trim();
    return answer === '' ? undefined : answer;
  };
  try {
    const placed = flags.url ?? flags.baseUrl;
    const provider =
      placed !== undefined
        ? flags.provider
        : await ask(flags.provider, `Provider (${PROVIDER_NAMES.join(', ')}; press enter for none): `);
    const needsUrl = placed === undefined && (provider === undefined || provider === 'azure');
    const baseUrl = needsUrl ? await ask(flags.baseUrl, 'Address, e.g. https://host/v1: ') : flags.baseUrl;
    const model = await ask(flags.model, 'Model: ');
    const keyVariable =
      provider === undefined
        ? await ask(flags.keyVariable, 'Environment variable with the key (press enter for none): ')
        : flags.keyVariable;
    const proposed = provider === undefined ? '' : ` (enter: ${provider})`;
    const name = (await ask(flags.name, `Name of the profile${proposed}: `)) ?? provider;
    return {
      ...flags,
      ...(name !== undefined && { name }),
      ...(provider !== undefined && { provider }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(model !== undefined && { model }),
      ...(keyVariable !== undefined && { keyVariable }),
    };
  } finally {
    prompt.close();
  }
}

/** Returns texts such as `Name: value` or `name=value` as a mapping below `key`. Each name may come once. */
function pairs(
  key: string,
  flag: string,
  values: readonly string[] | undefined,
  between: ':' | '=',
): Record<string, Tree> {
  if (values === undefined) return {};
  const trees = values.map((text): Tree => {
    const at = text.indexOf(between);
    if (at < 1) throw new UsageError(`${flag} must be name${between}value, not "${text.split(between)[0]}"`);
    const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    return key === 'body' ? treeOf(name.split('.'), parsedOrText(value)) : { [name]: value };
  });
  return { [key]: trees.reduce(overlay, {}) };
}

async function test(name: string | undefined, flags: GlobalFlags & { json?: boolean }): Promise<number> {
  const composition: Composition = compose(name === undefined ? flags : { ...flags, mode: name });
  const abort = new AbortController();
  const stop = interruptOn(abort);
  try {
    const { connector } = composition;
    reportProblems(composition.loaded);
    await composition.ready(abort.signal).catch(() => {});
    const { endpoint } = connector;
    const found = await diagnose(connector.client, endpoint, { signal: abort.signal });
    if (flags.json) stdout.json({ endpoint: endpoint.name, ...found }, 2);
    else if (found.works) stdout.print(`${visible(`${endpoint.name}: ${found.detail}`)}\n`);
    else stdout.print(`${visible(`${endpoint.name}: ${found.advice}`)}\n  ${visible(found.detail)}\n`);
    return found.works ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (stop.exitCode !== undefined) return stop.exitCode;
    throw error;
  } finally {
    stop.remove();
    await composition.close();
  }
}
