import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { holdSimulator } from '../../../src/simulator/http/hold.js';
import { listProcesses } from './processes.js';
import { runProgram, type Sandbox, until } from './program.js';
import { KEY, openTerminal } from './terminal.js';

const QUESTION = 'What is the capital of France?';
const ANSWER = 'The capital of France is Paris.';

/** The result of many programs that started at once while nothing ran. */
export interface Starts {
  /** A line for each program without an answer. */
  failed: string[];
  /** The number of daemons that listened, one after another. */
  daemons: number;
  /** The most daemons at the same time. */
  daemonsAtOnce: number;
  simulators: number;
  /** Remaining processes after all programs ended, and files that only a running process needs. */
  left: string[];
  ms: number;
}

/**
 * Starts these numbers of `ask`s and chats (each on a separate terminal) at once. Resolves when all have ended.
 * @param keep whether the daemon and simulator of the first program stay until the last program has ended
 */
export async function startAtOnce(
  sandbox: Sandbox,
  { asks = 0, chats = 0, limitMs = 60_000, keep = false },
): Promise<Starts> {
  const startedMs = performance.now();
  const simulators = countSimulators(sandbox.simulatorUrl);
  const kept = keep ? keepRunning(sandbox) : undefined;
  const failed = await Promise.all([
    ...Array.from({ length: asks }, (_, index) => ask(sandbox, index, keep)),
    ...Array.from({ length: chats }, (_, index) => chat(sandbox, index, limitMs)),
  ]);
  const ms = performance.now() - startedMs;
  kept?.release();
  await until(() => remains(sandbox).length === 0).catch(() => {});
  return {
    failed: failed.filter((line) => line !== undefined),
    ...countDaemons(sandbox),
    simulators: simulators.end(),
    left: remains(sandbox),
    ms,
  };
}

/** Uses the sandbox's daemon and simulator as soon as they run, which keeps them running. */
function keepRunning({ socketPath, simulatorUrl }: Sandbox): { release(): void } {
  const ended = new AbortController();
  const holds: { release(): void }[] = [];
  const daemon = async (): Promise<void> => {
    const socket = connect(socketPath).on('error', () => {});
    await once(socket, 'connect', { signal: ended.signal });
    holds.push({ release: () => void socket.destroy() });
  };
  const simulator = async (): Promise<void> => {
    const hold = await holdSimulator(new URL(simulatorUrl), ended.signal);
    if (hold === undefined) throw new Error('no simulator yet');
    holds.push(hold);
  };
  for (const take of [daemon, simulator]) {
    const tryAgain = (): void => void take().catch(() => ended.signal.aborted || setTimeout(tryAgain, 5));
    tryAgain();
  }
  return {
    release() {
      ended.abort();
      for (const hold of holds) hold.release();
    },
  };
}

/** The time to the first token: so long that the first answer doesn't end before `keep` holds the daemon. */
const SLOW = ['--header', 'x-sim-ttft: 2000'];

async function ask(sandbox: Sandbox, index: number, slow: boolean): Promise<string | undefined> {
  const { code, stdout, stderr } = await runProgram(sandbox, ['ask', QUESTION, ...(slow ? SLOW : [])]);
  if (code === 0 && stdout.trim() === ANSWER) return undefined;
  return `ask ${index} ended with ${code}: ${stdout.trim()} ${stderr.trim()}`;
}

async function chat(sandbox: Sandbox, index: number, limitMs: number): Promise<string | undefined> {
  const session = openTerminal(sandbox, [], { columns: 80, rows: 24 });
  try {
    await session.untilWritten('\x1b[?1049h', limitMs);
    session.send(`${QUESTION}${KEY.enter}`);
    await session.untilScreen(/The capital of France is Paris\./, limitMs);
    session.send(KEY.ctrlC);
    session.send(KEY.ctrlC);
    const { exitCode } = await session.ended;
    return exitCode === 0 ? undefined : `chat ${index} ended with ${exitCode}`;
  } catch (error) {
    return `chat ${index}: ${error instanceof Error ? error.message : error}`;
  } finally {
    session.close();
  }
}

/** A shorter uptime than before means another simulator. */
function countSimulators(url: string): { end(): number } {
  let count = 0;
  let lastMs = Number.POSITIVE_INFINITY;
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      const { uptime_ms: ms } = await (
        await fetch(`${url}/health`, { headers: { connection: 'close' } })
      ).json();
      if (ms < lastMs) count += 1;
      lastMs = ms;
    } catch {
      // No simulator runs now.
    }
    if (!ended) timer = setTimeout(look, 20);
  };
  let timer = setTimeout(look, 0);
  return {
    end() {
      ended = true;
      clearTimeout(timer);
      return count;
    },
  };
}

/** By the lines of their common log, which each daemon writes when it listens and when it has stopped. */
function countDaemons({ dir }: Sandbox): Pick<Starts, 'daemons' | 'daemonsAtOnce'> {
  const log = join(dir, '.local/state/vastar-tui/daemon.log');
  const events =
    (existsSync(log) ? readFileSync(log, 'utf8') : '').match(/"event":"(?:listening|stopped)"/g) ?? [];
  let now = 0;
  let daemonsAtOnce = 0;
  for (const event of events) {
    now += event.includes('listening') ? 1 : -1;
    daemonsAtOnce = Math.max(daemonsAtOnce, now);
  }
  return { daemons: events.filter((event) => event.includes('listening')).length, daemonsAtOnce };
}

/** Returns the processes with the sandbox's socket or port in their command line; Linux only. */
function remains({ dir, socketPath, simulatorUrl }: Sandbox): string[] {
  const { port } = new URL(simulatorUrl);
  const files = readdirSync(dir).filter((name) => name.startsWith('runtime.sock') || name.startsWith('.vt-'));
  const processes = listProcesses()
    .map(({ commandLine }) => commandLine)
    .filter((line) => line.includes(socketPath) || line.includes(`--port ${port} `));
  return [...files, ...processes];
}
