// Runs 1,000 streams at once through one connection, each with 20 tokens a second. Measures lost deltas, lag, and the
// daemon's memory. Then 64 readers stop, each with 100 MB still to come, while 100 other streams continue.
// Run: tsx bench/many-streams.ts [SECONDS, default 60]
import { availableParallelism } from 'node:os';
import type { Way } from './support/consumer.js';
import { report, say } from './support/figures.js';
import { openBench } from './support/programs.js';

const SECONDS = Number(process.argv[2] ?? 60);
const DIRECT_SECONDS = Math.min(SECONDS, 30);
const STREAMS = 1000;
const RATE = 20;
const STALLED = 64;
const STALLED_BYTES = 100 * 1024 ** 2;
const MB = 1024 ** 2;

interface Streams {
  deltas: number;
  inOrder: number;
  lagP50Us: number;
  lagP99Us: number;
}

const bench = await openBench();
const { url, peer: server } = await bench.server();
const daemon = await bench.daemon();
const consumer = await bench.consumer();

const programs = { server, daemon, client: consumer };

/** Returns the CPU time that each program has used so far, in µs. */
async function cpuUs(): Promise<Map<string, number>> {
  const used = Object.entries(programs).map(
    async ([name, peer]) => [name, (await peer.usage()).cpuUs] as const,
  );
  return new Map(await Promise.all(used));
}

async function run(streams: number, seconds: number, way: Way = 'sdk'): Promise<Streams> {
  const count = RATE * seconds;
  const base = `${url}/rate/${RATE}/count/${count}`;
  const before = await cpuUs();
  const startMs = performance.now();
  const figures = await consumer.ask<Streams>('streams', { way, base, count, streams });
  const tookMs = performance.now() - startMs;
  const expected = streams * count;
  say(
    `${way}: ${streams} streams for ${seconds} s (took ${(tookMs / 1000).toFixed(1)}): ${figures.deltas} of ${expected} deltas, ${expected - figures.inOrder} lost, reordered or torn; ` +
      `lag p50 ${(figures.lagP50Us / 1000).toFixed(1)} p99 ${(figures.lagP99Us / 1000).toFixed(1)} ms`,
  );
  // A program that uses nearly a whole core causes the lag. All three share the machine's cores.
  const shares = Array.from(await cpuUs(), ([name, used]) => {
    const share = (used - (before.get(name) ?? 0)) / (tookMs * 10);
    return `${name} ${share.toFixed(0)} %`;
  });
  say(`  of a core: ${shares.join(', ')}; the machine has ${availableParallelism()}`);
  return figures;
}

try {
  // The same streams without the daemon. The difference is the lag that the daemon adds.
  const direct = await run(STREAMS, DIRECT_SECONDS, 'undici');
  let peak = 0;
  const watch = setInterval(() => {
    daemon.usage().then(
      ({ rssBytes }) => {
        peak = Math.max(peak, rssBytes);
      },
      () => {},
    );
  }, 500);
  const many = await run(STREAMS, SECONDS);
  clearInterval(watch);
  const after = await daemon.usage();
  say(`daemon: RSS ${(after.rssBytes / MB).toFixed(0)} MB after`);
  report('lost, reordered or torn', STREAMS * RATE * SECONDS - many.inOrder, '', 0, 0);
  report('lag p99 beyond that of undici directly', (many.lagP99Us - direct.lagP99Us) / 1000, 'ms', 25);
  report('daemon RSS, peak', peak / MB, 'MB', 150, 0);

  const calm = await run(100, 5);
  const readers = await bench.consumer();
  const rssBefore = (await daemon.usage()).rssBytes;
  await readers.ask('stall', { base: url, bytes: STALLED_BYTES, readers: STALLED });
  const beside = await run(100, 5);
  const rssAfter = (await daemon.usage()).rssBytes;
  report(`daemon growth, ${STALLED} readers that stopped`, (rssAfter - rssBefore) / MB, 'MB', 64, 1);
  report('the others: lag p99 beside them / without', beside.lagP99Us / calm.lagP99Us, 'x', 1.5);
} finally {
  await bench.close();
}
