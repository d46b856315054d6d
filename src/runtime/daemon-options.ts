import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';
import type { ListenAddress } from './address.js';
import { readLimitsFile } from './policy/limits-file.js';
import type { PolicyFlags } from './policy-flags.js';
import { proxiesFrom } from './proxy.js';
import type { RuntimeOptions } from './server.js';

/**
 * What flags, files and environment come to.
 * @throws {Error} that says which of them cannot be used, and what to do
 */
export function runtimeOptions(
  listen: ListenAddress,
  flags: PolicyFlags,
  env: Readonly<Record<string, string | undefined>>,
): Pick<RuntimeOptions, 'pool' | 'policies' | 'tokenFile'> {
  const { tokenFile, allowTokenless, ca, limits } = flags;
  const locked = listen.kind === 'tcp' && allowTokenless !== true;
  if (locked && tokenFile === undefined) {
    throw new Error(
      'over TCP every program of this machine can use the daemon: give --token-file FILE (made where it is missing), or --allow-tokenless',
    );
  }
  const proxies = proxiesFrom(env);
  return {
    pool: {
      verify: flags.insecureSkipVerify !== true,
      ...(ca !== undefined && { ca: readCertificates(ca) }),
      ...(proxies !== undefined && { proxies }),
    },
    policies: {
      egress: {
        allow: flags.allowOrigin ?? [],
        deny: flags.denyOrigin ?? [],
        plain: flags.httpsOnly !== true,
        loopback: flags.loopback === undefined ? listen.kind === 'unix' : flags.loopback === 'allow',
      },
      ...(limits !== undefined && { limits: readLimitsFile(limits) }),
    },
    ...(locked && tokenFile !== undefined && { tokenFile }),
  };
}

function readCertificates(path: string): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`the certificates of --ca cannot be read: ${messageOf(error)}`);
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Error(`the file of --ca holds no certificate in PEM: ${path}`);
}
