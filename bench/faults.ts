// Measures how quickly the daemon aborts upstream requests, and how few requests it sends to a dead provider.
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

/** A provider with an endless stream at `/stream`. Other paths fail with the status in the path. */
let received = 0;
const streams: ServerResponse[] = [];
const server = createServer((request, response) => {
  received += 1;
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
// The default settings, except for shorter waits between attempts: two hundred retries would take minutes.
const config = join(bench.folder, 'runtime.yaml');
writeFileSync(config, 'retry: { first_delay_ms: 10, max_delay_ms: 50 }\n');
await bench.daemon('--config', config);
const client = (): RuntimeClient => new RuntimeClient({ socketPath: bench.socket, useTcp: false });

/** Time from the client's cancel or disconnect until the provider sees the end, in ms. */
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
 * Sends requests that fail with `status`, one after the other, from a separate tenant. Returns the number of attempts,
 * the duration of each request, and the durations of the requests that were refused without an attempt.
 */
async function failing(status: number): Promise<{ attempts: number; ms: number[]; refused: number[] }> {
  const own = client();
  const before = received;
  const ms: number[] = [];
  const refused: number[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const receivedBefore = received;
    const startMs = performance.now();
    await own.executeHTTP({ method: 'GET', url: `${base}/${status}`, tenantId: `${status}` }).catch(() => {});
    ms.push(performance.now() - startMs);
    if (received === receivedBefore) refused.push(performance.now() - startMs);
  }
  await own.close();
  return { attempts: received - before, ms, refused };
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

  // 409 is retried and opens no circuit, so only the budget limits the attempts.
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
