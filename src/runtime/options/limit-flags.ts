import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';

interface LimitFlag {
  name: `--${string}`;
  limit: keyof Limits;
  about: string;
  /** `n`: a count. `s`: the flag is in seconds, and the limit in ms. */
  unit: 'n' | 's';
  /** Whether 0 has a meaning. */
  zero?: boolean;
}

const FLAGS: readonly LimitFlag[] = [
  { name: '--max-frame-bytes', limit: 'frameBytes', unit: 'n', about: 'largest frame of a client' },
  {
    name: '--frame-timeout',
    limit: 'frameTimeoutMs',
    unit: 's',
    about: 'longest time for a client to send a whole frame',
  },
  { name: '--max-connections', limit: 'connections', unit: 'n', about: 'most clients at a time' },
  {
    name: '--max-requests',
    limit: 'requestsPerConnection',
    unit: 'n',
    about: 'most requests at a time on one connection',
  },
  {
    name: '--client-idle',
    limit: 'clientIdleMs',
    unit: 's',
    about: 'close a client connection that was idle for this long; 0 = never',
    zero: true,
  },
  {
    name: '--max-upstream',
    limit: 'upstreamConnections',
    unit: 'n',
    about: 'most connections of one tenant to one origin',
  },
  {
    name: '--connect-timeout',
    limit: 'connectTimeoutMs',
    unit: 's',
    about: 'longest time to connect to a provider',
  },
  {
    name: '--upstream-idle',
    limit: 'upstreamIdleMs',
    unit: 's',
    about: 'end a response that was silent for this long; 0 = never',
    zero: true,
  },
  {
    name: '--max-header-bytes',
    limit: 'responseHeaderBytes',
    unit: 'n',
    about: 'largest response headers of a provider',
  },
  {
    name: '--drain',
    limit: 'drainMs',
    unit: 's',
    about: 'how long running requests have to finish when the daemon stops',
    zero: true,
  },
];

const optionOf = ({ name, about, limit, unit, zero = false }: LimitFlag): Option =>
  new Option(`${name} <${unit}>`, `${about} (default: ${inUnit(DEFAULT_LIMITS[limit], unit)})`).argParser(
    (text) => countFrom(text, zero),
  );

/** Adds the flags of the daemon's limits. */
export function addLimitFlags(command: Command): Command {
  for (const flag of FLAGS) command.addOption(optionOf(flag));
  return command;
}

/** Returns the limits that the command line sets. */
export function limitsFrom(command: Command): Partial<Limits> {
  const given = command.optsWithGlobals<Record<string, number | undefined>>();
  const limits: Partial<Limits> = {};
  for (const flag of FLAGS) {
    const value = given[optionOf(flag).attributeName()];
    if (value !== undefined) limits[flag.limit] = flag.unit === 's' ? value * 1000 : value;
  }
  return limits;
}

/** Returns the limits as command-line arguments, to start a daemon in the background. */
export function limitArguments(limits: Partial<Limits>): string[] {
  return FLAGS.flatMap(({ name, limit, unit }) => {
    const value = limits[limit];
    return value === undefined ? [] : [name, String(inUnit(value, unit))];
  });
}

function inUnit(value: number, unit: LimitFlag['unit']): number {
  return unit === 's' ? value / 1000 : value;
}

function countFrom(text: string, zero: boolean): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 2 ** 31 && (zero || value > 0)) return value;
  throw new InvalidArgumentError(zero ? 'Give a whole number.' : 'Give a whole number above 0.');
}
