import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConnectorException, ErrorClass } from '../common/errors.js';
import { isLoopback } from '../config/index.js';
import { NODE_FLAGS } from '../runtime/options/node-flags.js';
import { abortable } from '../sdk/abortable.js';
import { RuntimeClient } from '../sdk/index.js';
import { listensAt } from '../simulator/http/listens-at.js';
import { EXIT } from './support/exit-codes.js';

/** The bundled daemon and simulator, started when nothing answers and ended with this process. */
export interface Launcher {
  /** Resolves when a daemon can be connected to; rejects with what it said when it could not start. */
  ensureDaemon(signal: AbortSignal): Promise<void>;
  /** Resolves when something serves the simulator's address. Does nothing for an address elsewhere. */
  ensureSimulator(signal: AbortSignal): Promise<void>;
  /** Ends what was started. */
  stop(): void;
}

export interface LaunchOptions {
  socketPath: string;
  /** Where the simulator is expected, e.g. `http://localhost:4545`. */
  simulatorUrl: string;
  /** Directory for the daemon's log. */
  logFile?: string;
  logLevel?: string;
}

interface Child {
  process: ChildProcess;
  /** Resolves to whether it serves; false: another process already does. Rejects when it could not start. */
  ready: Promise<boolean>;
}

const START_LIMIT_MS = 10_000;

/**
 * Children hold the read end of a pipe from this process and end when it closes, so that they go with it
 * however it ends, SIGKILL included. They lead a process group of their own: a Ctrl+C at the terminal is
 * for this process to handle.
 */
export function createLauncher(options: LaunchOptions): Launcher {
  let daemon: Child | undefined;
  let simulator: Child | undefined;
  let simulatorElsewhere = false;

  const running = (child: Child | undefined): boolean =>
    child !== undefined && child.process.exitCode === null && child.process.signalCode === null;

  return {
    async ensureDaemon(signal) {
      if (daemon === undefined || !running(daemon)) {
        if (await answers(options.socketPath)) return;
        daemon = start(daemonCommand(options), 'the connector daemon');
      }
      await abortable(daemon.ready, signal);
    },
    async ensureSimulator(signal) {
      const url = new URL(options.simulatorUrl);
      if (!isLoopback(options.simulatorUrl)) return;
      // Another program's may have ended with it.
      if (simulatorElsewhere && (await abortable(listensAt(url), signal))) return;
      if (simulator === undefined || !running(simulator)) {
        const port = url.port === '' ? '80' : url.port;
        simulator = start(selfCommand('simulator', '--port', port, '--exit-with-stdin'), 'the simulator');
      }
      simulatorElsewhere = !(await abortable(simulator.ready, signal));
    },
    stop() {
      for (const child of [daemon, simulator]) child?.process.stdin?.end();
    },
  };
}

/** Whether a daemon accepts connections there. */
async function answers(socketPath: string): Promise<boolean> {
  const client = new RuntimeClient({ socketPath, reconnect: false });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Only "nothing there" is a reason to start one: an untrusted socket must be told, not worked around.
    if (error instanceof ConnectorException && error.errorClass !== ErrorClass.Transient) throw error;
    return false;
  } finally {
    await client.close();
  }
}

function start(command: readonly string[], what: string): Child {
  const [file = process.execPath, ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  // Nothing is written to it; it may be gone before we are.
  child.stdin.on('error', () => {});
  child.unref();
  const ready = new Promise<boolean>((resolve, reject) => {
    let said = '';
    const fail = (message: string): void => {
      reject(new ConnectorException(message, ErrorClass.Transient, 0, { hop: 'daemon' }));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`${what} did not start within ${START_LIMIT_MS / 1000} s`);
    }, START_LIMIT_MS);
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      if (said.length < 4096) said += text;
      if (/listening on/.test(said)) {
        clearTimeout(timer);
        resolve(true);
      }
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(`${what} could not be started: ${error.message}`);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (code === EXIT.inUse) resolve(false);
      else fail(`${what} ended at once: ${said.trim() || `exit code ${code}`}`);
    });
  });
  // The promise may be looked at later than it fails.
  ready.catch(() => {});
  for (const stream of [child.stdin, child.stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  return { process: child, ready };
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

/** This program, as it was started. */
function selfCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...args];
}
