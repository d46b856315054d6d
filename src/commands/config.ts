import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { userFolders } from '../common/program/user-folders.js';
import { settingsOf } from '../config/explain.js';
import { loadConfig } from '../config/load.js';
import { formatProblem, formatSource, visible } from '../config/problem.js';
import type { LoadedConfig } from '../config/resolve.js';
import { candidateFiles, type UserDirectories } from '../config/sources/find-file.js';
import type { Environment } from '../config/sources/variables.js';
import { trustDirectory } from '../config/trust/trust.js';
import { EXIT } from './support/ending/exit-codes.js';
import type { EndpointFlags } from './support/flags/endpoint-flags.js';
import { UsageError } from './support/flags/usage-error.js';
import { problemsWithKeys } from './support/input/key-problems.js';

/** The configuration that the command inspects. */
export interface ConfigHost {
  cwd: string;
  env: Environment;
  directories: UserDirectories;
}

interface Flags extends EndpointFlags {
  config?: string;
  mode?: string;
  model?: string;
  baseUrl?: string;
  socket?: string;
  json?: boolean;
}

/** Adds `config print`, `config path` and `config trust`. */
export function defineConfig(config: Command, host: ConfigHost = thisProcess()): void {
  config
    .command('print')
    .description('print each setting and its source; keys are hidden')
    .option('--json', 'as JSON')
    .action((_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Flags>();
      print(command, load(host, flags), flags.json === true);
    });
  config
    .command('path')
    .description('print the path of the file in use, and the other paths that are searched')
    .action((_flags: unknown, command: Command) => {
      const { config: configPath } = command.optsWithGlobals<Flags>();
      const loaded = load(host, { ...(configPath !== undefined && { config: configPath }) });
      const files = candidateFiles(host.cwd, host.directories, configPath);
      const rows = files.map(({ path, origin }) => [useOf(path, loaded), path, `(${origin})`]);
      write(command, table(rows));
      report(command, loaded);
    });
  config
    .command('trust')
    .description('allow the config.yaml of this directory to send keys to the addresses it names')
    .action((_flags: unknown, command: Command) => trust(command, host));
}

function thisProcess(): ConfigHost {
  return { cwd: process.cwd(), env: process.env, directories: userFolders() };
}

function load(host: ConfigHost, { config, ...flags }: Flags): LoadedConfig {
  return loadConfig({ ...host, configPath: config, flags });
}

function print(command: Command, loaded: LoadedConfig, asJson: boolean): void {
  const settings = settingsOf(loaded);
  if (asJson) {
    const { file = null, mode, endpoints, problems } = loaded;
    const values = settings.map(({ name, value, provenance }) => [
      name,
      { value, source: provenance.source },
    ]);
    const usable = endpoints.map(({ apiKey: _key, access: _access, ...endpoint }) => endpoint);
    const result = {
      file: file?.path ?? null,
      mode,
      settings: Object.fromEntries(values),
      endpoints: usable,
      problems,
    };
    write(command, `${JSON.stringify(result, null, 2)}\n`);
  } else {
    const rows = settings.map(({ name, value, provenance }) => {
      return [name, value === null ? '-' : String(value), formatSource(provenance.source)];
    });
    write(command, table(rows));
  }
  report(command, loaded);
}

function trust(command: Command, host: ConfigHost): void {
  const { config } = command.optsWithGlobals<Flags>();
  if (config !== undefined) {
    throw new UsageError(
      'a file given with --config needs no confirmation. Leave out --config to confirm ./config.yaml',
    );
  }
  const loaded = load(host, {});
  if (loaded.trust === undefined) {
    throw new UsageError(
      `run this command in the directory of the config.yaml: none is in use in ${host.cwd}`,
    );
  }
  const { grants, confirmed, directory } = loaded.trust;
  if (grants.length === 0) {
    write(
      command,
      'Nothing to confirm: config.yaml sends no variable of the environment to an address that it names.\n',
    );
    return;
  }
  if (!confirmed) trustDirectory(loaded.trust, host.directories);
  write(command, `${confirmed ? 'Confirmed before' : 'Confirmed'}: in ${visible(directory)}\n`);
  const rows = grants.map(({ endpoint, baseUrl, variables }) => [
    `  ${endpoint}`,
    variables.join(', '),
    `-> ${baseUrl}`,
  ]);
  write(command, table(rows));
}

function useOf(path: string, loaded: LoadedConfig): string {
  if (path === loaded.file?.path) return 'used';
  return existsSync(path) ? 'not used' : 'not there';
}

/** Prints problems to stderr. An error among them sets the exit code for a wrong configuration. */
function report(command: Command, loaded: LoadedConfig): void {
  const problems = problemsWithKeys(loaded);
  const blocked = loaded.endpoints.flatMap(({ name, blocked }) => {
    return blocked === undefined ? [] : [`${name} is blocked: ${blocked.reason} - ${blocked.howToAllow}`];
  });
  for (const line of [...problems.map(formatProblem), ...blocked]) {
    command.configureOutput().writeErr?.(`${visible(line)}\n`);
  }
  if (problems.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.usage;
}

function write(command: Command, text: string): void {
  command.configureOutput().writeOut?.(text);
}

function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(visible));
  const widths = [0, 1].map((column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return shown.map((row) => `${line(row).trimEnd()}\n`).join('');
}
