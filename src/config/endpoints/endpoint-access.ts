import { isSecretName } from '../../common/http/headers.js';
import { isRecord } from '../../common/json.js';
import { Secret } from '../secret.js';
import type { Layer } from '../sources/layer.js';
import { overlay, type Path, type Tree } from '../sources/tree.js';
import { type Environment, lookUp } from '../sources/variables.js';
import type { WrittenAccess } from './access.js';
import type { Access } from './endpoint.js';
import { type Provider, providerOf } from './providers.js';

/** Headers that Anthropic's own API requires with each request. */
export const ANTHROPIC_HEADERS = { 'anthropic-version': '2023-06-01' };

/**
 * Completes the configured access to an endpoint with its provider's preset.
 * @param section The section of the endpoint's settings, to find the variables that were used in them.
 */
export function completeAccess(
  written: WrittenAccess,
  section: Path,
  layers: readonly Layer[],
  env: Environment,
): Access {
  const preset: Provider | undefined = providerOf(written.provider);
  const native = written.api === 'anthropic';
  const documented = { ...(native && ANTHROPIC_HEADERS), ...preset?.headers };
  const headers = new Map([
    ...Object.entries(documented).map(([name, value]) => [name, new Secret(value)] as const),
    ...Object.entries(written.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const),
  ]);
  const query = new Map([...(written.url?.query ?? []), ...Object.entries(written.query ?? {})]);
  return {
    ...(written.provider !== undefined && { provider: written.provider }),
    ...(written.url !== undefined && { url: written.url.url }),
    api: written.api ?? 'chat-completions',
    auth: written.auth ?? preset?.auth ?? (native ? 'x-api-key' : 'bearer'),
    headers,
    query,
    body: overlay(preset?.body ?? {}, written.body ?? {}),
    stream: written.stream ?? true,
    adapt: written.adapt ?? true,
    thinkingTags: written.thinking_tags !== 'off',
    ...(written.metrics_url !== undefined && { metricsUrl: written.metrics_url }),
    ...(written.client_cert !== undefined && {
      clientFiles: {
        cert: written.client_cert,
        ...(written.client_key !== undefined && { key: written.client_key }),
      },
    }),
    secrets: [
      ...[...headers, ...query].flatMap(([name, value]) =>
        isSecretName(name) ? partsOf(value.reveal()) : [],
      ),
      ...secretsIn(written.body ?? {}),
      ...fromVariables(section, layers, env),
    ].map((value) => new Secret(value)),
  };
}

/** Returns a value and its words, because a provider may repeat only the key of `Bearer KEY`. */
function partsOf(value: string): string[] {
  const words = value.split(/[\s;,]+/).filter((word) => word !== '' && word !== value);
  const basic = /^basic\s+(\S+)$/i.exec(value)?.[1];
  const password =
    basic === undefined
      ? ''
      : Buffer.from(basic, 'base64')
          .toString()
          .replace(/^[^:]*:/, '');
  return [value, ...words, password].filter((part) => part !== '');
}

function secretsIn(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    if (isRecord(value)) return secretsIn(value);
    return typeof value === 'string' && isSecretName(name) ? partsOf(value) : [];
  });
}

/** Matches settings that are paths of files, which are not secret. */
const CLIENT_FILE = /\.client_(cert|key)$/;

/** Returns the values of the variables in this section that have the name of a secret. */
function fromVariables(section: Path, layers: readonly Layer[], env: Environment): string[] {
  const prefix = `${section.join('.')}.`;
  const names = layers.flatMap(({ variables }) =>
    [...variables].flatMap(([path, used]) =>
      path.startsWith(prefix) && !CLIENT_FILE.test(path) ? used : [],
    ),
  );
  return [...new Set(names)].filter(isSecretName).flatMap((name) => lookUp(env, name)?.trim() ?? []);
}
