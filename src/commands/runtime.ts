import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { ConnectorException, ErrorClass } from '../common/errors.js';
import { systemClockMs } from '../common/time/system-clock.js';
import { addressText, type ListenAddress } from '../runtime/clients/address.js';
import { startLockPath, withLock } from '../runtime/clients/start-lock.js';
import {
  addAddressFlags,
  addDaemonFlags,
  addressFrom,
  daemonFlagsFrom,
  tokenFileFrom,
} from '../runtime/options/daemon-flags.js';
import { pidFilePath, readPidFile } from '../runtime/pid-file.js';
import { type DaemonInfo, RuntimeClient } from '../sdk/index.js';
import { type DaemonStart, endDaemon, START_LIMIT_MS, startDaemon } from './runtime/runtime-process.js';
import { statusJson, statusTable } from './runtime/runtime-status.js';
import { EXIT } from './support/ending/exit-codes.js';
import { stderr, stdout } from './support/output/sink.js';

/** The exit code of `status` when no daemon answers, as for init scripts (LSB). */
const EXIT_NOT_RUNNING = 3;
/** The largest error of the daemon's start time beside that of the request's duration, in ms. */
const START_ERROR_MS = 100;

/** Adds `runtime run|start|stop|status`: the connector daemon. */
export function defineRuntime(runtime: Command): void {
  addDaemonFlags(
    runtime.command('run').description('run the daemon in the foreground, until a signal ends it'),
  ).action(async (_flags: unknown, command: Command) => {
    const { runDaemon } = await import('../runtime/daemon.js');
    process.exitCode = await runDaemon(daemonFlagsFrom(command));
  });

  addDaemonFlags(runtime.command('start').description('start the daemon in the background')).action(
    async (_flags: unknown, command: Command) => start(command),
  );

  addAddressFlags(
    runtime.command('stop').description('stop the daemon; running requests have 10 s to finish'),
  ).action(async (_flags: unknown, command: Command) => stop(addressFrom(command), tokenFileFrom(command)));

  addAddressFlags(
    runtime.command('status').description('show the state of the daemon; exit code 3 when it does not run'),
  )
    .option('--json', 'print one JSON object')
    .option('--watch', 'refresh every second, until interrupted')
    .action(async (flags: StatusFlags, command: Command) => {
      await status({ address: addressFrom(command), tokenFile: tokenFileFrom(command) }, flags);
    });
}

async function start(command: Command): Promise<void> {
  const flags = daemonFlagsFrom(command);
  const { listen, policy } = flags;
  const where = addressText(listen);
  const answers = async (): Promise<boolean> => (await ask(listen, policy.tokenFile)) !== undefined;
  let ran = false;
  let started: DaemonStart | undefined;
  const work = async (): Promise<void> => {
    if (await answers()) return;
    ran = true;
    started = await startDaemon(flags, answers);
  };
  const never = new AbortController().signal;
  while (!ran) {
    if (await answers()) {
      say(`a daemon is running already at ${where}`);
      return;
    }
    // Only one of the programs that start at the same time starts the daemon. Otherwise a second daemon could outlive
    // `stop`.
    if (listen.kind === 'unix') await withLock(startLockPath(listen.path), START_LIMIT_MS, work, never);
    else await work();
  }
  const { failedWith, messages = '' } = started ?? {};
  stderr.print(messages);
  if (failedWith === undefined) return say(`started, listening on ${where}`);
  stderr.print('the daemon did not start\n');
  process.exitCode = failedWith;
}

async function stop(address: ListenAddress, tokenFile: string | undefined): Promise<void> {
  const askedMs = systemClockMs();
  const info = await ask(address, tokenFile);
  const where = addressText(address);
  if (info === undefined) {
    say(`no daemon is running at ${where}`);
    return;
  }
  const pid = pidOf(address, info, askedMs);
  if (pid === undefined) {
    stderr.print(
      `end the daemon the way it was started: no pid file names the process that answers at ${where}\n`,
    );
    process.exitCode = EXIT.failed;
    return;
  }
  if (await endDaemon(pid)) {
    say(`stopped, it was process ${pid}`);
    return;
  }
  stderr.print(`process ${pid} did not stop: end it with kill -9 ${pid}\n`);
  process.exitCode = EXIT.failed;
}

interface StatusFlags {
  json?: true;
  watch?: true;
}

/** The daemon's address, and the token file for it. */
interface Target {
  address: ListenAddress;
  tokenFile: string | undefined;
}

const WATCH_MS = 1000;

async function status(target: Target, { json, watch }: StatusFlags): Promise<void> {
  if (watch === undefined) return showStatus(target, json === true);
  for (;;) {
    await showStatus(target, json === true, true);
    await sleep(WATCH_MS);
  }
}

async function showStatus({ address, tokenFile }: Target, json: boolean, again = false): Promise<void> {
  const askedMs = systemClockMs();
  const info = await ask(address, tokenFile);
  const pid = info && pidOf(address, info, askedMs);
  process.exitCode = info === undefined ? EXIT_NOT_RUNNING : 0;
  const view = { address: addressText(address), info, pid };
  if (json) return stdout.json(statusJson(view));
  if (again) stdout.clear();
  say(statusTable(view));
}

/** Resolves to the health response of the daemon at an address; undefined when nothing listens there. */
async function ask(address: ListenAddress, tokenFile: string | undefined): Promise<DaemonInfo | undefined> {
  const client = new RuntimeClient(
    address.kind === 'unix'
      ? { socketPath: address.path, useTcp: false, reconnect: false }
      : {
          useTcp: true,
          tcpHost: address.host,
          tcpPort: address.port,
          reconnect: false,
          ...(tokenFile !== undefined && { tokenFile }),
        },
  );
  try {
    return await client.health();
  } catch (error) {
    // The user must see other errors, such as a socket of another user.
    if (error instanceof ConnectorException && error.errorClass === ErrorClass.Transient) return undefined;
    throw error;
  } finally {
    await client.close();
  }
}

/**
 * Returns the id of the process that answers, if this daemon wrote the pid file.
 * @param askedMs when the daemon was asked. On a busy machine its answer may take seconds.
 */
function pidOf(address: ListenAddress, info: DaemonInfo, askedMs: number): number | undefined {
  const file = readPidFile(pidFilePath(address));
  if (file === undefined || info.kind === 'foreign') return undefined;
  const answeredMs = file.startedMs + info.health.uptimeMs;
  const isSame = answeredMs > askedMs - START_ERROR_MS && answeredMs < systemClockMs() + START_ERROR_MS;
  return isSame ? file.pid : undefined;
}

function say(text: string): void {
  stdout.print(`${text}\n`);
}
