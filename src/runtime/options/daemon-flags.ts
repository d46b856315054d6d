import { type Command, InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../../common/errors.js';
import { PROTOCOL_CONSTANTS } from '../../protocol/constants.js';
import { type ListenAddress, parseTcpAddress } from '../clients/address.js';
import type { Limits } from '../limits.js';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { addLimitFlags, limitsFrom } from './limit-flags.js';
import { addPolicyFlags, type PolicyFlags, policyFlagsFrom } from './policy-flags.js';

interface AddressFlags {
  socket: string;
  tcp?: ListenAddress;
  tokenFile?: string;
}

/** The daemon's options. */
export interface DaemonFlags {
  listen: ListenAddress;
  logFile?: string;
  /** Default: the level in the configuration file, else `info`. */
  logLevel?: LogLevel;
  policy: PolicyFlags;
  limits: Partial<Limits>;
  metricsPort?: number;
  /** Stop when stdin has closed and no client is connected. */
  exitWithStdin?: true;
}

/** Adds the flags for the daemon's address. */
export function addAddressFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--socket <path>', 'Unix socket of the daemon')
        .env('VASTAR_SOCKET_PATH')
        .default(PROTOCOL_CONSTANTS.DEFAULT_SOCKET_PATH),
    )
    .addOption(
      new Option('--tcp <[host:]port>', 'listen on TCP on this machine, instead of the socket').argParser(
        tcpAddress,
      ),
    )
    .addOption(
      new Option('--token-file <file>', 'file (mode 0600) with the token for --tcp').env('VASTAR_TOKEN_FILE'),
    );
}

/** Adds all flags of the daemon. */
export function addDaemonFlags(command: Command): Command {
  return addLimitFlags(addPolicyFlags(addAddressFlags(command)))
    .option('--log-file <file>', 'append a log in JSON lines to this file (default: no log)')
    .addOption(new Option('--log-level <level>', 'how much to log (default: info)').choices(LOG_LEVELS))
    .addOption(
      new Option('--metrics-port <port>', 'serve Prometheus metrics at this port of 127.0.0.1').argParser(
        portFrom,
      ),
    )
    .addOption(new Option('--exit-with-stdin').hideHelp());
}

/** Reads the flags of `addAddressFlags`; a global flag of the same name counts too. */
export function addressFrom(command: Command): ListenAddress {
  const { socket, tcp } = command.optsWithGlobals<AddressFlags>();
  if (tcp !== undefined) return tcp;
  // The SDK reads these variables in the same way, so that all commands use the same daemon.
  const { VASTAR_USE_TCP, VASTAR_TCP_HOST, VASTAR_TCP_PORT } = process.env;
  if (VASTAR_USE_TCP !== 'true') return { kind: 'unix', path: socket };
  const { DEFAULT_TCP_HOST, DEFAULT_TCP_PORT } = PROTOCOL_CONSTANTS;
  return parseTcpAddress(`${VASTAR_TCP_HOST ?? DEFAULT_TCP_HOST}:${VASTAR_TCP_PORT ?? DEFAULT_TCP_PORT}`);
}

/** Returns the path of the token file. */
export function tokenFileFrom(command: Command): string | undefined {
  return command.optsWithGlobals<AddressFlags>().tokenFile;
}

/** Reads the flags that `addDaemonFlags` added. */
export function daemonFlagsFrom(command: Command): DaemonFlags {
  const { logFile, logLevel, metricsPort, exitWithStdin } =
    command.optsWithGlobals<Omit<DaemonFlags, 'listen' | 'limits' | 'policy'>>();
  return {
    listen: addressFrom(command),
    policy: policyFlagsFrom(command),
    limits: limitsFrom(command),
    ...(metricsPort !== undefined && { metricsPort }),
    ...(logFile !== undefined && { logFile }),
    ...(logLevel !== undefined && { logLevel }),
    ...(exitWithStdin !== undefined && { exitWithStdin }),
  };
}

function portFrom(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError('Give a port, 0 to 65535.');
}

function tcpAddress(text: string): ListenAddress {
  try {
    return parseTcpAddress(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}
