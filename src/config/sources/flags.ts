import { readParameter } from '../../common/chat/parameters.js';
import { ConfigError, type Source } from '../problem.js';
import { type Layer, singleLayer, writtenLayer } from './layer.js';
import { type Path, type Tree, treeOf } from './tree.js';
import type { Environment } from './variables.js';

/** The flags of the command line. `model` and `baseUrl` apply to the endpoint that the program starts with. */
export interface ConfigFlags {
  mode?: string | undefined;
  model?: string | undefined;
  baseUrl?: string | undefined;
  socket?: string | undefined;
  provider?: string | undefined;
  url?: string | undefined;
  api?: string | undefined;
  auth?: string | undefined;
  /** `Name: value` */
  header?: readonly string[] | undefined;
  /** `name=value` */
  query?: readonly string[] | undefined;
  /** `dotted.path=value`; the value is read as JSON, else as text. */
  set?: readonly string[] | undefined;
  /** False: request the answer in one piece. */
  stream?: boolean | undefined;
  /** False: never change and resend a request that the provider refused. */
  adapt?: boolean | undefined;
  /** PEM files. */
  clientCert?: string | undefined;
  clientKey?: string | undefined;
}

/**
 * Returns the flags as layers; later ones win. `${VARIABLES}` in headers, parameters and the body are replaced.
 * @throws {ConfigError} when a flag is malformed
 */
export function flagLayers(flags: ConfigFlags, section: Path, env: Environment): Layer[] {
  const single = (name: string, value: string | undefined, path: Path): Layer[] =>
    value === undefined ? [] : [singleLayer(path, value, { kind: 'flag', name })];
  const trees = (name: string, values: readonly string[] = [], read: (value: string) => Tree | undefined) =>
    values.map((value) => {
      const tree = read(value);
      if (tree === undefined) throw malformed(name, FORMS[name] ?? '');
      const source: Source = { kind: 'flag', name };
      const { layer, problems } = writtenLayer(tree, () => source, env);
      const [variable] = layer.unsetKeys.values();
      if (variable !== undefined) throw malformed(name, `${variable} is not set`);
      if (problems.length > 0) throw new ConfigError(problems);
      return layer;
    });

  return [
    ...single('--socket', flags.socket, ['runtime', 'socket_path']),
    ...single('--model', flags.model, [...section, 'model']),
    ...single('--provider', flags.provider, [...section, 'provider']),
    ...single('--base-url', flags.baseUrl, [...section, 'base_url']),
    ...single('--url', flags.url, [...section, 'url']),
    ...single('--api', flags.api, [...section, 'api']),
    ...single('--auth', flags.auth, [...section, 'auth']),
    ...single('--client-cert', flags.clientCert, [...section, 'client_cert']),
    ...single('--client-key', flags.clientKey, [...section, 'client_key']),
    ...(flags.stream === false ? single('--no-stream', 'false', [...section, 'stream']) : []),
    ...(flags.adapt === false ? single('--no-adapt', 'false', [...section, 'adapt']) : []),
    ...trees('--header', flags.header, (text) => named(text, /^([^:]*):(.*)$/s, [...section, 'headers'])),
    ...trees('--query', flags.query, (text) => named(text, /^([^=]*)=(.*)$/s, [...section, 'query'])),
    ...trees('--set', flags.set, (text) => {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === '') return undefined;
      const read = readParameter(name, value);
      if (!read.ok) throw malformed('--set', read.problem);
      return treeOf([...section, 'body', ...name.split('.')], read.value);
    }),
  ];
}

const FORMS: Readonly<Record<string, string>> = {
  '--header': "must be 'Name: value'",
  '--query': 'must be name=value',
  '--set': 'must be name=value, e.g. top_p=0.9',
};

function named(text: string, form: RegExp, path: Path): Tree | undefined {
  const [, name = '', value = ''] = form.exec(text) ?? [];
  return name.trim() === '' ? undefined : treeOf([...path, name.trim()], value.trim());
}

function malformed(name: string, message: string): ConfigError {
  return new ConfigError([{ severity: 'error', message, path: name, source: { kind: 'flag', name } }]);
}
