import { messageOf } from '../common/errors.js';
import { STOP_SIGNALS } from '../common/program/stop-signals.js';
import { VERSION } from '../common/program/version.js';
import { visible } from '../config/problem.js';
import type { RequestTelemetry } from '../telemetry/requests.js';
import { telemetryPlan } from '../telemetry/variables.js';
import { addressText } from './clients/address.js';
import { ListenError } from './clients/listen-error.js';
import { removeStaleLocks, startLockPath, withLock } from './clients/start-lock.js';
import { optimizeParserLate } from './late-optimizing.js';
import { type LogFile, type Logger, logBug, logProblem, openLogFile, silentLogger } from './log.js';
import type { DaemonFlags } from './options/daemon-flags.js';
import { daemonOptions } from './options/daemon-options.js';
import { UNVERIFIED } from './options/policy-flags.js';
import { pidFilePath, removePidFile, writePidFile } from './pid-file.js';
import { rehearseExchange, rehearseNetwork, rehearseTls } from './rehearse.js';
import { type Runtime, startRuntime } from './server.js';
import { proxyProblems } from './upstream/proxy.js';

/** The exit code when another process uses the address (EX_UNAVAILABLE of sysexits.h). */
const EXIT_IN_USE = 69;
const EXIT_FAILED = 1;
/** The exit code for wrong flags or configuration, which a restart would not correct. */
export const EXIT_USAGE = 2;
/**
 * The delay of the rehearsal of TLS after the start, in ms. A program that starts the daemon for one request, such as
 * `ask`, has sent it by then, and the rehearsal must not slow it down.
 */
const REHEARSE_TLS_MS = 1000;
/** The longest wait for a program that holds the start lock, in ms. */
const LEAVE_LIMIT_MS = 30_000;

/**
 * Runs the daemon until a signal arrives, or with `--exit-with-stdin` until stdin closes. Prints one line to stderr:
 * "listening on …", or the reason why it can't listen.
 * @returns the exit code
 */
export async function runDaemon(flags: DaemonFlags): Promise<number> {
  // The process that started the daemon may have closed the other end of stderr.
  process.stderr.on('error', () => {});
  optimizeParserLate();
  try {
    return await serve(flags, await daemonOptions(flags, process.env));
  } catch (error) {
    say(`vastar-connector-runtime: ${messageOf(error)}`);
    return EXIT_USAGE;
  }
}

/** Never rejects. */
async function serve(
  flags: DaemonFlags,
  { logFile: logOptions, ...settings }: Awaited<ReturnType<typeof daemonOptions>>,
): Promise<number> {
  let logFile: LogFile | undefined;
  let telemetry: RequestTelemetry | undefined;
  let pending = false;
  const shutdown = new AbortController();

  try {
    const problem = logOptions && logProblem(logOptions.path);
    if (problem !== undefined) say(`vastar-connector-runtime: the daemon writes no log: ${problem}`);
    logFile = logOptions && openLogFile(logOptions);
    const log = logFile?.logger ?? silentLogger;
    if (settings.pool?.verify === false) {
      say(UNVERIFIED);
      log.warn('TLS certificates are not verified');
    }
    for (const problem of proxyProblems(process.env)) {
      say(`vastar-connector-runtime: warning: ${problem}`);
      log.warn('proxy', { message: problem });
    }
    let leave = (): void => {};
    telemetry = await openTelemetry(log);
    void rehearseNetwork(shutdown.signal);
    const runtime = await startRuntime(
      { listen: flags.listen, log, onIdle: () => leave(), telemetry, ...settings },
      shutdown.signal,
    );
    const release = attachProcess(runtime, shutdown, log, () => logFile?.reopen());
    if (flags.exitWithStdin) leave = leaveWithParent(runtime, shutdown, log);
    say(`listening on ${addressText(runtime.address)}`);
    void rehearseExchange();
    setTimeout(() => {
      if (runtime.requests === 0) void rehearseTls(shutdown.signal);
    }, REHEARSE_TLS_MS).unref();
    if (runtime.metricsPort !== undefined) {
      say(`metrics at http://127.0.0.1:${runtime.metricsPort}/metrics`);
    }
    await runtime.closed;
    if (runtime.address.kind === 'unix') await removeStaleLocks(runtime.address.path);
    pending = await endTelemetry(telemetry, log);
    release();
    return 0;
  } catch (error) {
    if (!(error instanceof ListenError)) logBug(logFile?.logger ?? silentLogger, error);
    say(`vastar-connector-runtime: ${messageOf(error)}`);
    return error instanceof ListenError && error.reason === 'in-use' ? EXIT_IN_USE : EXIT_FAILED;
  } finally {
    if (flags.exitWithStdin) process.stdin.destroy();
    await logFile?.close();
    // An abandoned export would keep the process running while it waits for the collector.
    if (pending) process.exit(0);
  }
}

/** Loads the export of telemetry. Returns undefined unless the variables of OpenTelemetry turn it on. */
async function openTelemetry(log: Logger): Promise<RequestTelemetry | undefined> {
  const plan = telemetryPlan(process.env);
  if (plan === undefined) return undefined;
  const warn = (message: string): void => {
    say(`vastar-connector-runtime: warning: ${message}`);
    log.warn('telemetry', { message });
  };
  for (const problem of plan.problems) warn(problem);
  try {
    const { openTelemetry: open } = await import('../telemetry/open.js');
    const { requestTelemetry } = await import('../telemetry/requests.js');
    return requestTelemetry(
      await open(plan, { name: 'vastar-connector-runtime', version: VERSION, print: say }),
    );
  } catch (error) {
    warn(`no telemetry: ${messageOf(error)}`);
    return undefined;
  }
}

/** @returns whether an export was abandoned and may still run */
async function endTelemetry(telemetry: RequestTelemetry | undefined, log: Logger): Promise<boolean> {
  const { problem, pending = false } = (await telemetry?.shutdown()) ?? {};
  if (problem !== undefined) log.warn('telemetry could not be exported', { message: problem });
  return pending;
}

/**
 * Stops the runtime when stdin is closed and no client is connected. Programs that need a daemon wait for this one's
 * end, so that two never run at once. The daemon still serves a client that connects at the last moment: that client
 * found a daemon, so it does not start one.
 * @returns a function to call when the last connection has closed
 */
function leaveWithParent(runtime: Runtime, shutdown: AbortController, log: Logger): () => void {
  const { address } = runtime;
  let orphaned = false;
  let leaving = false;
  const unused = (): boolean => orphaned && runtime.connections === 0 && !shutdown.signal.aborted;
  const retire = async (): Promise<void> => {
    if (!unused()) return;
    // Remove the pid file before the address is free: the next daemon writes its own.
    removePidFile(pidFilePath(address));
    if (!(await runtime.retire())) return keepPidFile(runtime, log);
    shutdown.abort();
    await runtime.closed;
  };
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    while (unused()) {
      if (address.kind === 'tcp') await retire();
      else await withLock(startLockPath(address.path), LEAVE_LIMIT_MS, retire, shutdown.signal);
    }
    leaving = false;
  };
  // A signal ends the wait for the lock.
  const onIdle = (): void => void leave().catch(() => {});
  const onClose = (): void => {
    orphaned = true;
    onIdle();
  };
  process.stdin.once('close', onClose).once('error', onClose).resume();
  return onIdle;
}

/**
 * Handles the process's signals and uncaught errors, and writes the pid file.
 * @returns a function that removes the handlers
 */
function attachProcess(
  runtime: Runtime,
  shutdown: AbortController,
  log: Logger,
  reopenLog: () => void,
): () => void {
  keepPidFile(runtime, log);
  shutdown.signal.addEventListener('abort', () => removePidFile(pidFilePath(runtime.address)), {
    once: true,
  });

  const onSignal = (name: NodeJS.Signals): void => {
    log.info('signal', { name });
    if (shutdown.signal.aborted) runtime.end();
    shutdown.abort();
  };
  // An uncaught error must not end the other exchanges. Each exchange catches its expected errors itself.
  const onError = (error: unknown): void => logBug(log, error);
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  // Without a listener, Node would open a debugger's port, to which all users of this machine can connect.
  process.on('SIGUSR1', reopenLog);
  process.on('uncaughtException', onError).on('unhandledRejection', onError);
  return () => {
    for (const name of STOP_SIGNALS) process.off(name, onSignal);
    process.off('SIGUSR1', reopenLog);
    process.off('uncaughtException', onError).off('unhandledRejection', onError);
  };
}

function keepPidFile({ address, startedMs }: Runtime, log: Logger): void {
  const path = pidFilePath(address);
  try {
    writePidFile(path, { pid: process.pid, startedMs });
  } catch (error) {
    // Only `runtime stop` needs the pid file.
    log.warn('no pid file', { path, message: messageOf(error) });
  }
}

/** Prints text to stderr, with control characters other than line ends made visible. */
function say(text: string): void {
  process.stderr.write(`${text.split('\n').map(visible).join('\n')}\n`);
}
