// How quickly the daemon lets go of a provider, and how little it asks of a dead one.
// Run: tsx bench/faults.ts [ROUNDS, default 100]
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { RuntimeClient } from '../src/sdk/index.js';
import { percentile, report, say } from './support/figures.js';
import { openBench } from './support/programs.js';

const ROUNDS = Number(process.argv[2] ?? 100);
const REQUESTS = 1000;

/** A provider that streams without end at `/stream`, and fails with the status in any other path. */
let asked = 0;
const streams: ServerResponse[] = [];
const server = createServer((request, response) => {
  asked += 1;
  if (request.url !== '/stream') {
    response.writeHead(Number(request.url?.slice(1))).end();
    return;
  }
  const timer = setInterval(() => response.write('data: {}\n\n'), 5);
  response.once('close', () => clearInterval(timer));
  streams.push(response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const bench = await openBench();
// As shipped but for the waits between attempts: two hundred retries would take minutes, and are no fewer for it.
const config = join(bench.folder, 'runtime.yaml');
writeFileSync(config, 'retry: { first_delay_ms: 10, max_delay_ms: 50 }\n');
await bench.daemon('--config', config);
const client = (): RuntimeClient => new RuntimeClient({ socketPath: bench.socket, useTcp: false });

/** Time from a client's leaving until the provider sees the end, in ms. */
async function leaving(leave: (own: RuntimeClient, stop: AbortController) => unknown): Promise<number> {
  const own = client();
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const stream = own.streamHTTP(
    { method: 'GET', url: `${base}/stream` },
    {
      signal: stop.signal,
      onEvent(event) {
        if (event.type === 'chunk') begun.resolve();
      },
    },
  );
  stream.catch(() => {});
  await begun.promise;
  const ended = once(streams.at(-1) ?? server, 'close');
  const leftMs = performance.now();
  leave(own, stop);
  await ended;
  const tookMs = performance.now() - leftMs;
  await own.close();
  return tookMs;
}

/**
 * Requests that a provider fails with `status`, one after the other, of a tenant of their own: how often it was
 * asked, how long each took, and those did that were not sent at all.
 */
async function failing(status: number): Promise<{ attempts: number; ms: number[]; refused: number[] }> {
  const own = client();
  const before = asked;
  const ms: number[] = [];
  const refused: number[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const asBefore = asked;
    const startMs = performance.now();
    await own.executeHTTP({ method: 'GET', url: `${base}/${status}`, tenantId: `${status}` }).catch(() => {});
    ms.push(performance.now() - startMs);
    if (asked === asBefore) refused.push(performance.now() - startMs);
  }
  await own.close();
  return { attempts: asked - before, ms, refused };
}

try {
  const gone: number[] = [];
  const cancelled: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    gone.push(await leaving((own) => own.close()));
    cancelled.push(await leaving((_own, stop) => stop.abort()));
  }
  report('client gone, upstream aborted: p99', percentile(gone, 0.99), 'ms', 100);
  report('cancelled, upstream aborted: p99', percentile(cancelled, 0.99), 'ms', 100);

  // 409 is retried and opens no circuit: the budget alone bounds the attempts.
  const conflict = await failing(409);
  report(`${REQUESTS} requests answered with 409: attempts`, conflict.attempts, '', 1.2 * REQUESTS + 3, 0);
  const dead = await failing(503);
  report(`${REQUESTS} requests at a dead provider: attempts`, dead.attempts, '', 1.2 * REQUESTS + 3, 0);
  report('failing fast while the circuit is open: p50', percentile(dead.refused, 0.5), 'ms', 5);
  report('failing fast while the circuit is open: p99', percentile(dead.refused, 0.99), 'ms', 5);
  say(`${dead.refused.length} of ${REQUESTS} requests were not sent at all`);
} finally {
  await bench.close();
  server.closeAllConnections();
  server.close();
}
