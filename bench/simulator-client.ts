// What the simulator's benchmarks share: a simulator in a process of its own, and streams timed at the socket.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

export interface RunningSimulator {
  url: string;
  /** The body of `GET /stats`. */
  stats(): Promise<{ cpu_s: number; rss_bytes: number; tokens_sent: number }>;
  stop(): Promise<void>;
}

/** Starts `simulator` with these flags. `one`: on Linux it may use the first core only. */
export async function runSimulator(cores: 'one' | 'all', ...flags: string[]): Promise<RunningSimulator> {
  const program = join(import.meta.dirname, '..', 'test', 'simulator', 'command-program.ts');
  const node = [process.execPath, '--import', 'tsx', program, 'simulator', '--port', '0', ...flags];
  const command = cores === 'one' && process.platform === 'linux' ? ['taskset', '-c', '0', ...node] : node;
  const child: ChildProcess = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const part of child.stderr ?? []) {
    said += String(part);
    if (said.includes('listening on')) break;
  }
  const url = /http:\S+/.exec(said)?.[0];
  if (url === undefined) throw new Error(`the simulator did not start: ${said}`);
  return {
    url,
    stats: async () => JSON.parse(await (await fetch(`${url}/stats`)).text()),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Milliseconds. */
export interface StreamTimes {
  ttftMs: number;
  gapsMs: number[];
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Times one stream: when its request was sent, and when each piece with a text arrived. */
export function timeStream(url: string, body: Record<string, unknown>): Promise<StreamTimes> {
  return new Promise((resolve, reject) => {
    let sentMs = 0;
    const arrivals: number[] = [];
    const outgoing = request(`${url}/v1/chat/completions`, { method: 'POST', agent }, (response) => {
      response.on('data', (bytes: Buffer) => {
        const nowMs = performance.now();
        // Several tokens may arrive in one read; they arrived together.
        for (let at = bytes.indexOf(CONTENT); at >= 0; at = bytes.indexOf(CONTENT, at + CONTENT.length)) {
          if (bytes[at + CONTENT.length] !== 0x22) arrivals.push(nowMs);
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          ttftMs: (arrivals[0] ?? Number.NaN) - sentMs,
          gapsMs: arrivals.slice(1).map((atMs, index) => atMs - (arrivals[index] ?? atMs)),
        });
      });
    });
    outgoing.on('error', reject);
    sentMs = performance.now();
    outgoing.end(JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'go' }], ...body }));
  });
}

const CONTENT = Buffer.from('"content":"');

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** By how many per cent `measured` is off. */
export const off = (measured: number, asked: number): string =>
  `${measured >= asked ? '+' : ''}${((measured / asked - 1) * 100).toFixed(1)} %`;
