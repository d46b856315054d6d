import type { Stats } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../common/error-code.js';
import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import { MAX_SOCKET_PATH_BYTES, PROTOCOL_CONSTANTS } from '../../protocol/constants.js';
import type { RuntimeClientConfig } from '../types.js';

/** The address of a daemon. */
export type Endpoint =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number; tokenFile?: string };

type Environment = Readonly<Record<string, string | undefined>>;

const START_ADVICE = 'start one with `vastar-tui runtime start`';

/**
 * Returns the daemon's address from the configuration, else from the environment, else the default.
 * @throws {ConnectorException} InvalidRequest for an invalid port or path
 */
export function resolveEndpoint(config: RuntimeClientConfig, env: Environment): Endpoint {
  if (config.useTcp ?? env.VASTAR_USE_TCP === 'true') {
    const host = config.tcpHost ?? env.VASTAR_TCP_HOST ?? PROTOCOL_CONSTANTS.DEFAULT_TCP_HOST;
    const port = Number(config.tcpPort ?? env.VASTAR_TCP_PORT ?? PROTOCOL_CONSTANTS.DEFAULT_TCP_PORT);
    const tokenFile = config.tokenFile ?? env.VASTAR_TOKEN_FILE;
    const token = tokenFile === undefined ? {} : { tokenFile };
    if (Number.isInteger(port) && port > 0 && port < 65_536) return { kind: 'tcp', host, port, ...token };
    throw invalid(`The daemon's port must be from 1 to 65535 (tcpPort or VASTAR_TCP_PORT)`);
  }
  const path = config.socketPath ?? env.VASTAR_SOCKET_PATH ?? PROTOCOL_CONSTANTS.DEFAULT_SOCKET_PATH;
  const bytes = Buffer.byteLength(path);
  if (bytes > 0 && bytes <= MAX_SOCKET_PATH_BYTES) return { kind: 'unix', path };
  throw invalid(
    `The daemon's socket path must have 1 to ${MAX_SOCKET_PATH_BYTES} bytes; this one has ${bytes}: ${path}`,
  );
}

/** Formats the address for messages: the path of a socket, or `host:port`. */
export function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
}

/**
 * Checks that the socket at `path` belongs to this user or root, before any API key is sent there. The check is about
 * who could answer: the socket's owner, and users who could replace the socket. Other users may be allowed to connect
 * (the public daemon uses mode 0777): they reach the daemon, but not this client. Systems without user ids (Windows)
 * skip the check.
 * @throws {ConnectorException} Transient when the path does not exist, Permanent when the socket must not be used
 */
export async function checkTrust(path: string): Promise<void> {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  const entry = await lstat(path).catch((error: unknown) => {
    throw connectError({ kind: 'unix', path }, error);
  });
  const problem = entryProblem(entry, uid) ?? folderProblem(await stat(dirname(path)), uid);
  if (problem === undefined) return;
  const [advice, what] = problem;
  const text = `${advice}: the daemon's socket ${path} ${what}`;
  throw new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'daemon' });
}

/**
 * Reads the token for a daemon over TCP. Returns undefined without a file, because the daemon may not need a token.
 * @throws {ConnectorException} Permanent when the file can't be read
 */
export async function readToken(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new ConnectorException(
      `set tokenFile to the daemon's token file: ${path} cannot be read (${code})`,
      ErrorClass.Permanent,
      0,
      { cause: error },
    );
  }
}

/** For a machine where another user's daemon has the usual path. */
const OWN_PATH = 'set VASTAR_SOCKET_PATH, or --socket, to a path of your own';

/** What to do about a socket that must not be used, and what is wrong with it. */
type Problem = readonly [advice: string, what: string];

function entryProblem(entry: Stats, uid: number): Problem | undefined {
  // The owner of a link is not necessarily the owner of its target.
  if (entry.isSymbolicLink()) return ['give the path of the socket itself', 'is a symbolic link'];
  if (!entry.isSocket()) return ['remove the file, or give another path', 'is not a socket'];
  return trusted(entry, uid)
    ? undefined
    : [OWN_PATH, `belongs to user ${entry.uid}, who could read your requests`];
}

function folderProblem(folder: Stats, uid: number): Problem | undefined {
  const replaceable = (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0;
  return replaceable || !trusted(folder, uid)
    ? ['use a socket in a folder of your own', 'is in a folder where other users can replace files']
    : undefined;
}

function trusted(entry: Stats, uid: number): boolean {
  return entry.uid === uid || entry.uid === 0;
}

/** Returns the error for a failed attempt to connect. */
export function connectError(endpoint: Endpoint, error: unknown): ConnectorException {
  const where = describeEndpoint(endpoint);
  const code = codeOf(error);
  const details = { hop: 'daemon', cause: error } as const;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ConnectorException(
        `no daemon at ${where}: ${START_ADVICE}`,
        ErrorClass.Transient,
        0,
        details,
      );
    case 'ECONNREFUSED': {
      const stale = endpoint.kind === 'unix' ? ' (only a stale socket)' : '';
      return new ConnectorException(
        `no daemon at ${where}${stale}: ${START_ADVICE}`,
        ErrorClass.Transient,
        0,
        details,
      );
    }
    case 'EACCES':
    case 'EPERM':
      return new ConnectorException(
        `${OWN_PATH}: no permission to use the daemon's socket ${where}`,
        ErrorClass.Permanent,
        0,
        details,
      );
    default:
      return new ConnectorException(
        `could not connect to the daemon at ${where}: ${code ?? messageOf(error)}`,
        ErrorClass.Transient,
        0,
        details,
      );
  }
}

/** Whether an attempt to connect failed because no daemon is running. */
export function foundNothing(error: unknown): boolean {
  const code = codeOf(error instanceof ConnectorException ? error.cause : undefined);
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function invalid(message: string): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest);
}
