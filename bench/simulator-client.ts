// Helpers for the simulator's benchmarks: a simulator in a separate process, and streams timed at the socket.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

export interface RunningSimulator {
  url: string;
  /** The body of `GET /stats`. */
  stats(): Promise<{ cpu_s: number; rss_bytes: number; tokens_sent: number; late_ms: { p95: number } }>;
  stop(): Promise<void>;
}

/**
 * Starts `simulator` with these flags. `one`: on Linux it gets the first core, and this process uses the others. If
 * permitted, both have priority over other programs.
 */
export async function runSimulator(cores: 'one' | 'all', ...flags: string[]): Promise<RunningSimulator> {
  const program = join(import.meta.dirname, '..', 'test', 'simulator', 'command-program.ts');
  const node = [process.execPath, '--import', 'tsx', program, 'simulator', '--port', '0', ...flags];
  const alone = cores === 'one' && process.platform === 'linux' && availableParallelism() > 1;
  const command = alone ? ['taskset', '-c', '0', ...node] : node;
  if (alone) {
    spawnSync('taskset', ['-a', '-c', '-p', `1-${availableParallelism() - 1}`, String(process.pid)]);
    spawnSync('chrt', ['-a', '-r', '-p', '10', String(process.pid)]);
  }
  const child: ChildProcess = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  for await (const part of child.stderr ?? []) {
    output += String(part);
    if (output.includes('listening on')) break;
  }
  const url = /http:\S+/.exec(output)?.[0];
  if (url === undefined) throw new Error(`the simulator did not start: ${output}`);
  return {
    url,
    stats: async () => JSON.parse(await (await fetch(`${url}/stats`)).text()),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The times of one stream. */
export interface StreamTimes {
  ttftMs: number;
  gapsMs: number[];
}

/**
 * Measures one stream: the time to its first piece with text, and the gaps. It uses no HTTP client, so that the times
 * are those of the socket, and one core is enough for 25,000 pieces a second.
 */
export function timeStream(url: string, body: Record<string, unknown>): Promise<StreamTimes> {
  const { hostname, port } = new URL(url);
  const json = JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'go' }], ...body });
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n`;
  return new Promise((resolve, reject) => {
    let sentMs = 0;
    const arrivals: number[] = [];
    const buffer = Buffer.allocUnsafe(16_384);
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer,
        callback(size) {
          const nowMs = performance.now();
          const bytes = buffer.subarray(0, size);
          // Tokens of one read get the same arrival time.
          for (let at = bytes.indexOf(CONTENT); at >= 0; at = bytes.indexOf(CONTENT, at + CONTENT.length)) {
            if (bytes[at + CONTENT.length] !== 0x22) arrivals.push(nowMs);
          }
          return true;
        },
      },
    });
    socket.on('connect', () => {
      sentMs = performance.now();
      socket.write(`${head}content-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve({
        ttftMs: (arrivals[0] ?? Number.NaN) - sentMs,
        gapsMs: arrivals.slice(1).map((atMs, index) => atMs - (arrivals[index] ?? atMs)),
      });
    });
  });
}

const CONTENT = Buffer.from('"content":"');

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the relative error of `measured`, in per cent. */
export const off = (measured: number, expected: number): string =>
  `${measured >= expected ? '+' : ''}${((measured / expected - 1) * 100).toFixed(1)} %`;
