import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { NODE_FLAGS } from '../../src/runtime/options/node-flags.js';
import type { ServerLog } from './log-server.js';
import type { Usage } from './meter.js';

const here = join(import.meta.dirname, '..', '..');
const ENTRIES = {
  daemon: 'src/runtime/main.ts',
  server: 'bench/support/token-server.ts',
  log: 'bench/support/log-server.ts',
  consumer: 'bench/support/consumer.ts',
  meter: 'bench/support/meter.ts',
  relay: 'bench/support/relay.ts',
  arrivals: 'bench/support/arrivals.ts',
};

/** A process of a benchmark that answers questions over IPC. */
export interface Peer {
  readonly pid: number;
  /** Sends a question. Rejects with the error that the process threw, or when the process ends. */
  ask<T>(question: string, argument?: unknown): Promise<T>;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export interface Bench {
  readonly folder: string;
  /** Starts the daemon with its shipped flags, built as one file, at `socket`. */
  daemon(...flags: string[]): Promise<Peer>;
  readonly socket: string;
  server(): Promise<{ peer: Peer; url: string }>;
  /** Starts a provider that logs requests. */
  logServer(): Promise<{ url: string; log(): Promise<ServerLog> }>;
  /** Starts a client of the daemon, or of a relay at another socket. */
  consumer(at?: string): Promise<Peer>;
  /** Starts a minimal daemon, which listens at `socket`. */
  relay(upstream: 'undici' | 'sockets'): Promise<{ peer: Peer; socket: string }>;
  close(): Promise<void>;
}

/**
 * Builds the programs of a benchmark from the sources, and starts them on demand. `close` ends them all. `root` is the
 * checkout that they are built from; an older one may lack programs.
 */
export async function openBench(root = here): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'vt-bench-'));
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries(ENTRIES).filter(([, source]) => existsSync(join(root, source))),
    ),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: process.env.CPU_PROF === undefined,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    define: { __VERSION__: '"0.0.0-bench"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const socket = join(folder, 'd.sock');
  const peers: Peer[] = [];
  const start = async (
    name: Exclude<keyof typeof ENTRIES, 'arrivals'>,
    args: readonly string[],
  ): Promise<Peer> => {
    const child = fork(join(folder, `${name}.mjs`), args, {
      execArgv: [...profiling(name), ...nodeFlags(name), '--import', join(folder, 'meter.mjs')],
      stdio: ['ignore', 'inherit', name === 'daemon' ? 'pipe' : 'inherit', 'ipc'],
    });
    const peer = peerOf(child);
    peers.push(peer);
    if (child.stderr !== null) await once(child.stderr, 'data');
    return peer;
  };
  return {
    folder,
    socket,
    daemon: (...flags) => start('daemon', ['--socket', socket, ...flags]),
    async server() {
      const peer = await start('server', []);
      return { peer, url: await peer.ask<string>('url') };
    },
    async logServer() {
      const peer = await start('log', []);
      return { url: await peer.ask<string>('url'), log: () => peer.ask<ServerLog>('log') };
    },
    consumer: (at = socket) => start('consumer', [at]),
    async relay(upstream) {
      const at = join(folder, `${upstream}.sock`);
      const peer = await start('relay', [at, upstream]);
      await peer.ask('ready');
      return { peer, socket: at };
    },
    async close() {
      await Promise.all(peers.map((peer) => peer.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `CPU_PROF=daemon` (or consumer, server) writes that process's CPU profile to the working directory. */
function profiling(name: string): string[] {
  return process.env.CPU_PROF === name ? ['--cpu-prof', '--cpu-prof-interval', '200'] : [];
}

/** The flags that the daemon is shipped with. */
function nodeFlags(name: string): readonly string[] {
  return name === 'daemon' ? NODE_FLAGS : [];
}

function peerOf(child: ChildProcess): Peer {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', (message: { id: number; result?: unknown; error?: string }) => {
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) answer?.resolve(message.result);
    else answer?.reject(new Error(message.error));
  });
  const ended = once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`process ${child.pid} ended`));
  });
  const ask = <T>(question: string, argument?: unknown): Promise<T> => {
    const answer = Promise.withResolvers<unknown>();
    last += 1;
    waiting.set(last, answer);
    child.send({ id: last, question, argument });
    // Both ends are built from the same sources, so the type is known.
    return answer.promise as Promise<T>;
  };
  return {
    pid: child.pid ?? 0,
    ask,
    usage: () => ask<Usage>('usage'),
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    },
  };
}
