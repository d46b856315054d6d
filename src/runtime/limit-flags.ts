import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_LIMITS, type Limits } from './limits.js';

/** The limits that were given as flags; times in seconds there. */
export interface LimitFlags {
  maxFrameBytes?: number;
  maxConnections?: number;
  maxRequests?: number;
  clientIdle?: number;
  upstreamIdle?: number;
  maxHeaderBytes?: number;
}

const FLAGS: ReadonlyArray<[flags: string, description: string, preset: number]> = [
  ['--max-frame-bytes <n>', 'largest frame of a client', DEFAULT_LIMITS.frameBytes],
  ['--max-connections <n>', 'clients connected at once', DEFAULT_LIMITS.connections],
  ['--max-requests <n>', 'requests at once on one connection', DEFAULT_LIMITS.requestsPerConnection],
  [
    '--client-idle <s>',
    'close a connection that is idle for so long; 0 = never',
    DEFAULT_LIMITS.clientIdleMs / 1000,
  ],
  [
    '--upstream-idle <s>',
    'give up an answer that is silent for so long; 0 = never',
    DEFAULT_LIMITS.upstreamIdleMs / 1000,
  ],
  ['--max-header-bytes <n>', 'response headers of a provider', DEFAULT_LIMITS.responseHeaderBytes],
];

export function addLimitFlags(command: Command): Command {
  for (const [flags, description, preset] of FLAGS) {
    command.addOption(new Option(flags, `${description} (default: ${preset})`).argParser(countFrom));
  }
  return command;
}

/** Reads `addLimitFlags`. */
export function limitsFrom(command: Command): Partial<Limits> {
  const flags = command.optsWithGlobals<LimitFlags>();
  const { maxFrameBytes, maxConnections, maxRequests, clientIdle, upstreamIdle, maxHeaderBytes } = flags;
  return {
    ...(maxFrameBytes !== undefined && { frameBytes: maxFrameBytes }),
    ...(maxConnections !== undefined && { connections: maxConnections }),
    ...(maxRequests !== undefined && { requestsPerConnection: maxRequests }),
    ...(clientIdle !== undefined && { clientIdleMs: clientIdle * 1000 }),
    ...(upstreamIdle !== undefined && { upstreamIdleMs: upstreamIdle * 1000 }),
    ...(maxHeaderBytes !== undefined && { responseHeaderBytes: maxHeaderBytes }),
  };
}

/** The limits as arguments, for a daemon that is started in the background. */
export function limitArguments(limits: Partial<Limits>): string[] {
  const {
    frameBytes,
    connections,
    requestsPerConnection,
    clientIdleMs,
    upstreamIdleMs,
    responseHeaderBytes,
  } = limits;
  const given: ReadonlyArray<[string, number | undefined]> = [
    ['--max-frame-bytes', frameBytes],
    ['--max-connections', connections],
    ['--max-requests', requestsPerConnection],
    ['--client-idle', clientIdleMs === undefined ? undefined : clientIdleMs / 1000],
    ['--upstream-idle', upstreamIdleMs === undefined ? undefined : upstreamIdleMs / 1000],
    ['--max-header-bytes', responseHeaderBytes],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

function countFrom(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 2 ** 31) return value;
  throw new InvalidArgumentError('give a whole number.');
}
