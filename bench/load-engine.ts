// Compares the load engine of `bench` with other clients, against one server on the same machine.
//   one      one-chunk answers, 50 at a time: requests a second by the server's clock, CPU time a request; and CPU time a
//            delta of streams. CPU times are without the program's start.
//   lag      streams at a steady total of deltas a second: how much later each delta reaches `bench` than the server sends
//            it, on the same clock; streams begin and end at a steady rate
//   share    like lag, with the server on the first core and one thread of `bench` on the second. Threads share nothing
//            while they receive, so this is the lag of twice the rate on two cores beside the server's.
//   ceiling  streams that the server sends as fast as it can
// hey and autocannon are measured if they are installed. BASE=DIR also measures the built `bench` of another checkout.
// Run on an idle machine: tsx bench/load-engine.ts [one|lag|share|ceiling]. On a busy one, put `chrt -r 20` in front.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeSandbox } from '../test/support/programs/program.js';
import { median, monotonicUs, say, table } from './support/figures.js';
import { type Lag, lagOf, recording, type Sent } from './support/lag.js';
import { type LoadClient, otherClients, ownClient, ownReport, runOwn } from './support/load-clients.js';
import { openBench } from './support/programs.js';

const only = process.argv[2];
const ROUNDS = 3;
/** About ten seconds, the default duration of autocannon: shorter tests measure the warm-up of the compiler. */
const REQUESTS = 1_000_000;
const AT_A_TIME = 50;
/** Slower clients get fewer requests. */
const FEW: Readonly<Record<string, number>> = { openai: 5000 };
/** Streams of 99 deltas a second for 5 s; the server's timers reach no more. */
const RATE = 99;
const DELTAS = 495;
const STREAM_S = DELTAS / RATE;
const LAG_S = 20;
const TABLE_STREAMS = 250;
const LAG_STREAMS = [250, 505, 760, 1010];
/** On one core. */
const SHARE_STREAMS = [125, 250, 350];
const AIM_LAG_MS = 5;
const AIM_RATIO = 0.8;

const sandbox = await makeSandbox();
const bench = await openBench();
const { url, peer } = await bench.server();
const own = ownClient(sandbox);
const { BASE } = process.env;
const clients: LoadClient[] = [
  own,
  ...(BASE === undefined ? [] : [ownClient(sandbox, 'base', join(BASE, 'dist', 'cli.js'))]),
  ...otherClients(sandbox),
];

interface Ones {
  count: number;
  firstUs: number;
  lastUs: number;
}

async function oneChunk(): Promise<void> {
  const one = `${url}/one/x`;
  const stream = `${url}/rate/${RATE}/count/${DELTAS}/x`;
  // With more requests at a time, `bench` starts more threads, so its start is measured with them.
  const starts = new Map(
    clients.map((client) => [
      client,
      { one: client.run(one, AT_A_TIME, AT_A_TIME), stream: client.run(one, TABLE_STREAMS, TABLE_STREAMS) },
    ]),
  );
  const beyondStart = (client: LoadClient, kind: 'one' | 'stream', cpuS: number): number =>
    Math.max(0, cpuS - (starts.get(client)?.[kind] ?? 0)) * 1e6;
  const found = new Map(clients.map((client) => [client, { rates: [0], request: [0], delta: [0] }]));
  for (const figures of found.values()) for (const list of Object.values(figures)) list.length = 0;
  await peer.ask('ones');
  // Programs alternate, so that a busy moment of the machine affects all of them.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [client, figures] of found) {
      const count = FEW[client.name] ?? REQUESTS;
      const cpuS = client.run(one, count, AT_A_TIME);
      const served = await peer.ask<Ones>('ones');
      if (served.count < count) throw new Error(`${client.name} sent ${served.count} of ${count} requests`);
      figures.rates.push((1e6 * served.count) / (served.lastUs - served.firstUs));
      figures.request.push(beyondStart(client, 'one', cpuS) / count);
      figures.delta.push(
        beyondStart(client, 'stream', client.run(stream, TABLE_STREAMS, TABLE_STREAMS)) /
          (TABLE_STREAMS * DELTAS),
      );
    }
  }
  const ownRate = median(found.get(own)?.rates ?? []);
  const rows = [...found].map(([{ name }, { rates, request, delta }]) => [
    name,
    median(rates).toFixed(0),
    (ownRate / median(rates)).toFixed(2),
    `${median(request).toFixed(0)} µs`,
    `${median(delta).toFixed(1)} µs`,
  ]);
  say(
    `${REQUESTS} one-chunk answers, ${AT_A_TIME} at a time, and ${TABLE_STREAMS} streams; median of ${ROUNDS}`,
  );
  say(table([['', 'requests/s', 'bench / client', 'CPU a request', 'CPU a delta'], ...rows]));
  for (const [{ name }, { rates }] of found) {
    const ratio = ownRate / median(rates);
    if (name === 'autocannon')
      say(
        `bench / autocannon: ${ratio.toFixed(2)}, aim ${AIM_RATIO}: ${ratio >= AIM_RATIO ? 'met' : 'missed'}`,
      );
  }
}

async function share(): Promise<void> {
  // -a: all threads of the server's process.
  execFileSync('taskset', ['-a', '-p', '-c', '0', String(peer.pid)], { stdio: 'ignore' });
  await lag(SHARE_STREAMS, ['taskset', '-c', '1'], ['--workers', '1']);
  execFileSync('taskset', ['-a', '-p', '-c', '0,1', String(peer.pid)], { stdio: 'ignore' });
}

/** `under`: a command that runs `bench`. */
async function lag(
  counts: readonly number[] = LAG_STREAMS,
  under: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<void> {
  const hook = join(bench.folder, 'arrivals.mjs');
  await peer.ask('sent');
  const rows: string[][] = [];
  for (const streams of counts) {
    const env = recording(sandbox.dir, hook, url);
    const load = [
      '--rate',
      String(streams / STREAM_S),
      '--arrivals',
      'constant',
      '--duration',
      String(LAG_S),
      ...flags,
    ];
    const cpuS = runOwn(sandbox, `${url}/rate/${RATE}/count/${DELTAS}/x`, load, { env, under });
    // The number of streams grows at first, and shrinks after the last arrival.
    const found: Lag = lagOf(sandbox.dir, await peer.ask<Sent>('sent'), STREAM_S, LAG_S);
    const { completed, instrument } = ownReport(sandbox);
    if (completed * DELTAS !== found.sent || found.arrived !== found.sent)
      throw new Error(`${completed} streams, ${found.arrived} of ${found.sent} deltas`);
    rows.push([
      `${streams} of ${RATE}/s`,
      found.perSecond.toFixed(0),
      ...[found.p50, found.p99, found.max].map((ms) => `${ms.toFixed(2)} ms`),
      found.p99 <= AIM_LAG_MS ? 'met' : 'missed',
      `${((cpuS * 1e6) / found.sent).toFixed(1)} µs`,
      String(instrument.workers),
    ]);
  }
  say('arrival minus send of each delta');
  const head = [
    'streams',
    'deltas/s',
    'p50',
    'p99',
    'max',
    `p99 <= ${AIM_LAG_MS} ms`,
    'CPU a delta',
    'threads',
  ];
  say(table([head, ...rows]));
}

async function ceiling(): Promise<void> {
  const [streams, deltas] = [50, 20_000];
  const beganUs = monotonicUs();
  const cpuS = own.run(`${url}/rate/0/count/${deltas}/x`, streams, streams);
  const tookS = (monotonicUs() - beganUs) / 1e6;
  const { completed, requests_per_s } = ownReport(sandbox);
  say(
    `as fast as the server sends, ${completed} streams of ${deltas}: ${(requests_per_s * deltas).toFixed(0)} deltas/s, ` +
      `${((cpuS * 1e6) / (streams * deltas)).toFixed(1)} µs of CPU a delta, ${tookS.toFixed(1)} s with the start`,
  );
}

try {
  for (const [name, part] of Object.entries({ one: oneChunk, lag: () => lag(), share, ceiling }))
    if (only === undefined || only === name) await part();
} finally {
  await bench.close();
  sandbox.remove();
}
