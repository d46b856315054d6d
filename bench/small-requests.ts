// Measures the daemon's CPU for a small request. Compares the throughput of one connection with 64 requests at once,
// and of 8 connections with one request each. Also the CPU of a minimal daemon as the lower bound. Run: tsx
// bench/small-requests.ts
import { median, report, say } from './support/figures.js';
import { openBench, type Peer } from './support/programs.js';

const RUNS = 5;
const COUNT = 10_000;

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon();
const consumer = await bench.consumer();
const relays = {
  undici: await bench.relay('undici'),
  sockets: await bench.relay('sockets'),
};
const clients = {
  undici: await bench.consumer(relays.undici.socket),
  sockets: await bench.consumer(relays.sockets.socket),
};

interface Figures {
  daemonUs: number;
  perSecond: number;
}

async function run(lanes: number, shared: boolean, hop = daemon, client: Peer = consumer): Promise<Figures> {
  const before = await hop.usage();
  const { wallMs } = await client.ask<{ wallMs: number }>('requests', {
    base: url,
    count: COUNT,
    lanes,
    shared,
  });
  const after = await hop.usage();
  return { daemonUs: (after.cpuUs - before.cpuUs) / COUNT, perSecond: (COUNT / wallMs) * 1000 };
}

try {
  const round = async () => ({
    eight: await run(8, false),
    one: await run(64, true),
    undici: await run(8, false, relays.undici.peer, clients.undici),
    sockets: await run(8, false, relays.sockets.peer, clients.sockets),
  });
  await round();
  const runs: Awaited<ReturnType<typeof round>>[] = [];
  for (let count = 0; count < RUNS; count += 1) runs.push(await round());
  const line = (name: keyof (typeof runs)[number], what: string): void => {
    const perSecond = median(runs.map((one) => one[name].perSecond));
    const cpu = median(runs.map((one) => one[name].daemonUs));
    say(`${what}: ${perSecond.toFixed(0)} a second, daemon ${cpu.toFixed(1)} µs each`);
  };
  say(`${COUNT} requests a run, median of ${RUNS}`);
  line('eight', '8 connections, 1 at a time on each');
  line('one', '1 connection, 64 at once          ');
  line('undici', '8 connections, frames and undici   ');
  line('sockets', '8 connections, frames and sockets  ');
  report('daemon CPU each, 8 connections', median(runs.map((one) => one.eight.daemonUs)), 'µs', 45);
  report(
    'throughput, 8 connections / 64 at once on one',
    median(runs.map((one) => one.eight.perSecond / one.one.perSecond)),
    'x',
    1,
  );
} finally {
  await bench.close();
}
