import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Endpoint } from '../../src/config/endpoints/endpoint.js';
import { type LoadOptions, loadConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problem.js';
import type { LoadedConfig } from '../../src/config/resolve.js';
import type { UserDirectories } from '../../src/config/sources/find-file.js';
import { folderForTest } from '../support/run/temporary-folder.js';

/** A separate current directory and home for one test. */
export interface ConfigSandbox {
  cwd: string;
  directories: UserDirectories;
  write(path: string, text: string | Uint8Array): string;
  /** Writes `config.yaml` into the current directory. */
  writeConfig(text: string): string;
  load(options?: Partial<LoadOptions>): LoadedConfig;
}

export function makeConfigSandbox(): ConfigSandbox {
  const root = folderForTest();
  const cwd = join(root, 'work');
  const directories = { config: join(root, 'home', 'config'), data: join(root, 'home', 'data') };
  mkdirSync(cwd);
  const write = (path: string, text: string | Uint8Array): string => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  return {
    cwd,
    directories,
    write,
    writeConfig: (text) => write('work/config.yaml', text),
    load: (options = {}) => loadConfig({ cwd, env: {}, directories, ...options }),
  };
}

/** Loads `yaml` as the `config.yaml` of an otherwise empty folder. */
export function loadYaml(yaml: string, options: Partial<LoadOptions> = {}): LoadedConfig {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig(yaml);
  return sandbox.load(options);
}

/** The problems as lines for users. */
export function lines(loaded: LoadedConfig): string[] {
  return loaded.problems.map(formatProblem);
}

export function endpoint(loaded: LoadedConfig, name: string): Endpoint {
  const found = loaded.endpoints.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  return found;
}
