import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { isLoopback } from '../../config/endpoints/endpoint-url.js';
import { startLockPath, withLock } from '../../runtime/clients/start-lock.js';
import { NODE_FLAGS } from '../../runtime/options/node-flags.js';
import { abortable } from '../../sdk/abortable.js';
import { RuntimeClient } from '../../sdk/index.js';
import { type Hold, holdSimulator } from '../../simulator/http/hold.js';
import { type Child, START_LIMIT_MS, startProcess } from './start-process.js';

/** The bundled daemon and simulator, started when nothing answers and ended with this process. */
export interface Launcher {
  /** Resolves when a daemon accepts connections; rejects with its messages when it could not start. */
  ensureDaemon(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when a server answers at the simulator's address. That server keeps running while this process needs it.
   * Does nothing for an address elsewhere.
   */
  ensureSimulator(signal: AbortSignal): Promise<void>;
  /** Whether another program answers at the simulator's address; false before the first use. */
  readonly isOtherServer: boolean;
  /** Ends the processes that it started. */
  stop(): void;
}

export interface LaunchOptions {
  socketPath: string;
  /** The simulator's address, e.g. `http://localhost:4545`. */
  simulatorUrl: string;
  /** Directory for the daemon's log. */
  logFile?: string;
  logLevel?: string;
}

/** A process that must run, and the functions that find or start it. */
interface Needed {
  what: string;
  /** Whether one accepts connections. Checked again after each start, because the process may have ended meanwhile. */
  serves(signal: AbortSignal): Promise<boolean>;
  start(): Child;
  /** The path of the lock that lets only one program start the process. */
  lock: string;
}

/** The most attempts to start the process while its address is in use and nothing answers there. */
const STARTS = 5;

/**
 * When many programs start at once, one starts the daemon, one starts the simulator, and the others wait and use them.
 */
export function createLauncher(options: LaunchOptions): Launcher {
  const { socketPath } = options;
  const url = new URL(options.simulatorUrl);
  const port = url.port === '' ? '80' : url.port;
  let daemon: Child | undefined;
  let simulator: Child | undefined;
  let hold: Hold | undefined;
  const ending = new AbortController();

  const neededDaemon: Needed = {
    what: 'the connector daemon',
    serves: async (signal) =>
      daemon?.running === true ? await abortable(daemon.ready, signal) : await answers(socketPath),
    start() {
      daemon = startProcess(daemonCommand(options), this.what);
      return daemon;
    },
    lock: startLockPath(socketPath),
  };
  const neededSimulator: Needed = {
    what: 'the simulator',
    async serves(signal) {
      if (simulator?.running === true) await abortable(simulator.ready, signal);
      // The program also holds the simulator that it started. When that simulator ends, the hold ends at once, and the
      // system reports the end of the process later. Wait for one event-loop turn, because the end of the hold may
      // arrive in this one, after the key that sent the question.
      if (hold?.held === true) await nextTurn();
      if (hold?.held !== true) hold = await holdSimulator(url, signal);
      return hold !== undefined;
    },
    start() {
      simulator = startProcess(selfCommand('simulator', '--port', port, '--exit-with-stdin'), this.what);
      return simulator;
    },
    lock: `${socketPath}.simulator-${port}.starting`,
  };

  return {
    ensureDaemon: (signal) => ensure(neededDaemon, AbortSignal.any([signal, ending.signal])),
    async ensureSimulator(signal) {
      if (!isLoopback(options.simulatorUrl)) return;
      await ensure(neededSimulator, AbortSignal.any([signal, ending.signal]));
    },
    get isOtherServer() {
      return hold !== undefined && !hold.isSimulator;
    },
    stop() {
      ending.abort();
      hold?.release();
      daemon?.release();
      simulator?.release();
    },
  };
}

async function ensure(needed: Needed, signal: AbortSignal): Promise<void> {
  let starts = 0;
  while (!(await needed.serves(signal))) {
    if (starts === STARTS) {
      const message = `${needed.what} can't be started: its address is in use, and nothing answers there`;
      throw new ConnectorException(message, ErrorClass.Transient, 0, { hop: 'daemon' });
    }
    const look = async (): Promise<void> => {
      // Another process may have started one meanwhile.
      if (await needed.serves(signal)) return;
      signal.throwIfAborted();
      starts += 1;
      await abortable(needed.start().ready, signal);
    };
    await withLock(needed.lock, START_LIMIT_MS, look, signal);
  }
}

/** Whether a daemon accepts connections at this address. */
async function answers(socketPath: string): Promise<boolean> {
  const client = new RuntimeClient({ socketPath, reconnect: false });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Start a daemon only when there is none: an untrusted socket is an error to report, not to work around.
    if (error instanceof ConnectorException && error.errorClass !== ErrorClass.Transient) throw error;
    return false;
  } finally {
    await client.close();
  }
}

function daemonCommand(options: LaunchOptions): string[] {
  const flags = ['--socket', options.socketPath, '--exit-with-stdin'];
  if (options.logFile !== undefined) flags.push('--log-file', options.logFile);
  if (options.logLevel !== undefined) flags.push('--log-level', options.logLevel);
  // The daemon's own bundle loads without the interface's code.
  const own = join(dirname(realpathSync(process.argv[1] ?? '')), 'runtime.js');
  if (!existsSync(own)) return selfCommand('runtime', 'run', ...flags);
  return [process.execPath, ...NODE_FLAGS, own, ...flags];
}

/** Returns the command line that starts this program again. */
function selfCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...args];
}
