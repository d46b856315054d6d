import { type Command, InvalidArgumentError, Option } from 'commander';
import { originNamed } from './origin.js';

/** The daemon's rules for requests and for the network. */
export interface PolicyFlags {
  /** Path of the daemon's configuration file. */
  config?: string;
  /** Path of a limits file. */
  limits?: string;
  maxAttempts?: number;
  http2?: 'allow' | 'deny';
  allowOrigin?: string[];
  denyOrigin?: string[];
  httpsOnly?: true;
  /** Default: `allow` for a daemon at a Unix socket, which only its user can reach; otherwise `deny`. */
  loopback?: 'allow' | 'deny';
  /** Path of certificates in PEM. */
  ca?: string;
  insecureSkipVerify?: true;
  tokenFile?: string;
  allowTokenless?: true;
}

/** The warning on stderr when certificates are not checked. */
export const UNVERIFIED =
  'WARNING: --insecure-skip-verify: no TLS certificate is checked. Anyone on the network path can read your API keys.';

/** Adds the flags of the daemon's policies: files, attempts, HTTP version, egress, TLS, tokens. */
export function addPolicyFlags(command: Command): Command {
  return command
    .option('--config <file>', 'configuration of the daemon, in YAML; flags win over it')
    .option('--limits <file>', 'limits for each tenant, in YAML')
    .addOption(
      new Option('--max-attempts <n>', 'most attempts for one request (default: 3)').argParser(attemptsFrom),
    )
    .addOption(
      new Option('--http2 <rule>', 'use HTTP/2 with providers that offer it (default: allow)').choices([
        'allow',
        'deny',
      ]),
    )
    .addOption(originOption('--allow-origin <origin>', 'send requests only to this origin; may be repeated'))
    .addOption(originOption('--deny-origin <origin>', 'send no requests to this origin; may be repeated'))
    .option('--https-only', 'send no requests without TLS')
    .addOption(
      new Option(
        '--loopback <rule>',
        'send requests to this machine (default: allow; with --tcp: deny)',
      ).choices(['allow', 'deny']),
    )
    .option('--ca <file>', 'trust these certificates (PEM) too')
    .option(
      '--insecure-skip-verify',
      'skip certificate checks: anyone on the network path can read your keys',
    )
    .option('--allow-tokenless', 'with --tcp: serve every program on this machine, without a token');
}

/** Reads the flags that `addPolicyFlags` added, and `--token-file`. */
export function policyFlagsFrom(command: Command): PolicyFlags {
  const all = command.optsWithGlobals<PolicyFlags>();
  const {
    config,
    maxAttempts,
    http2,
    limits,
    allowOrigin,
    denyOrigin,
    httpsOnly,
    loopback,
    ca,
    insecureSkipVerify,
  } = all;
  const { tokenFile, allowTokenless } = all;
  return {
    ...(config !== undefined && { config }),
    ...(limits !== undefined && { limits }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(http2 !== undefined && { http2 }),
    ...(allowOrigin !== undefined && { allowOrigin }),
    ...(denyOrigin !== undefined && { denyOrigin }),
    ...(httpsOnly !== undefined && { httpsOnly }),
    ...(loopback !== undefined && { loopback }),
    ...(ca !== undefined && { ca }),
    ...(insecureSkipVerify !== undefined && { insecureSkipVerify }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(allowTokenless !== undefined && { allowTokenless }),
  };
}

/** Returns the flags as command-line arguments, to start a daemon in the background. */
export function policyArguments(flags: PolicyFlags): string[] {
  return Object.entries(flags).flatMap(([key, value]: [string, string | number | true | string[]]) => {
    const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [name];
    return [value].flat().flatMap((one) => [name, String(one)]);
  });
}

function attemptsFrom(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number from 1 to 99; 1 = no retries.');
}

function originOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser<string[]>((text, before = []) => [
    ...before,
    originOf(text),
  ]);
}

function originOf(text: string): string {
  const origin = originNamed(text);
  if (origin !== undefined) return origin;
  throw new InvalidArgumentError('Give an origin such as https://api.example.com, without a path.');
}
