import { type ChildProcess, spawn } from 'node:child_process';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { EXIT } from '../support/ending/exit-codes.js';

export interface Child {
  readonly running: boolean;
  /**
   * Resolves to true when the process accepts connections, and to false when another process already does. Rejects when
   * it could not start.
   */
  readonly ready: Promise<boolean>;
  /** Lets the process end once no client uses it. */
  release(): void;
}

/** Long, because many programs that start at once share the processor with it. */
export const START_LIMIT_MS = 30_000;

/**
 * Starts a daemon or a simulator. It reads a pipe from this process and ends when the pipe closes. So it ends with this
 * process, even when that is killed by SIGKILL. It leads a separate process group: only this process gets a Ctrl+C at
 * the terminal.
 * @param what names the process in the error when it can't start
 */
export function startProcess([file = process.execPath, ...args]: readonly string[], what: string): Child {
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  // Nothing is written to the pipe; the other process may end first.
  child.stdin.on('error', () => {});
  child.unref();
  const { ready, limit } = readiness(child, child.stderr, what);
  // The promise may fail before anything awaits it.
  ready.catch(() => {});
  for (const stream of [child.stdin, child.stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  return {
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    ready,
    release() {
      // This process may end before the other one has started.
      limit.unref();
      child.stdin.end();
    },
  };
}

function readiness(
  child: ChildProcess,
  stderr: NodeJS.ReadableStream,
  what: string,
): { ready: Promise<boolean>; limit: NodeJS.Timeout } {
  const { promise: ready, resolve, reject } = Promise.withResolvers<boolean>();
  let output = '';
  const fail = (message: string): void => {
    reject(new ConnectorException(message, ErrorClass.Transient, 0, { hop: 'daemon' }));
  };
  const limit = setTimeout(() => {
    child.kill('SIGKILL');
    fail(`${what} did not start within ${START_LIMIT_MS / 1000} s`);
  }, START_LIMIT_MS);
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    if (output.length < 4096) output += text;
    if (/listening on/.test(output)) {
      clearTimeout(limit);
      resolve(true);
    }
  });
  child.once('error', (error) => {
    clearTimeout(limit);
    fail(`${what} could not be started: ${error.message}`);
  });
  child.once('exit', (code, signal) => {
    clearTimeout(limit);
    if (code === EXIT.inUse) resolve(false);
    else
      fail(
        ownMessage(output) ?? `${what} ended at once: ${output.trim() || (signal ?? `exit code ${code}`)}`,
      );
  });
  return { ready, limit };
}

/** Returns the program's last message without the program's name. Such a message says what to do. */
function ownMessage(output: string): string | undefined {
  return /^vastar-(?:connector-runtime|tui): (?!warning: )(.+)\n$/.exec(output)?.[1];
}
