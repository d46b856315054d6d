import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../src/runtime/limits.js';
import { parseRequestHead } from '../../../../src/runtime/upstream/http-request.js';
import type { Connection } from '../../../../src/runtime/upstream/plain/connection.js';
import {
  createPlainConnections,
  type PlainConnections,
} from '../../../../src/runtime/upstream/plain/plain-connections.js';
import { withLongEnough } from '../../../support/clocks/long-enough.js';
import { startUpstream, type Upstream } from '../../../support/servers/upstream.js';

let upstream: Upstream;
const pools: PlainConnections[] = [];
/** Connections that stay for so long while they are idle. */
function pool(keepAliveMs: number): PlainConnections {
  const made = createPlainConnections({ limits: { ...DEFAULT_LIMITS, keepAliveMs } });
  pools.push(made);
  return made;
}
beforeEach(async () => {
  upstream = await startUpstream(async (request, response) => {
    response.write('begun ');
    const [, ms] = /^\/slow\/(\d+)/.exec(request.path) ?? [];
    if (ms !== undefined) await sleep(Number(ms));
    response.end('ended');
  });
});
afterEach(async () => {
  for (const made of pools.splice(0)) made.close();
  await upstream.close();
});

/** Sends a request over an idle or a new connection. Resolves to the response's body. */
function ask(connections: PlainConnections, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const head = parseRequestHead({ method: 'GET', url: `${upstream.url}${path}`, headers: {} });
  let body = '';
  const take = (connection: Connection): void =>
    connection.send(
      { ...head, body: undefined },
      {
        onHead() {},
        onBody(bytes) {
          body += Buffer.from(bytes).toString();
        },
        onEnd: () => resolve(body),
        onFailed: reject,
      },
    );
  const idle = connections.idle(head.url.origin, performance.now());
  if (idle === undefined) connections.open(head.url, take, reject);
  else take(idle);
  return promise;
}

test('a response on a reused connection may take longer than the idle limit', async () => {
  const { body, opened } = await withLongEnough(
    async (limitMs) => {
      const connections = pool(limitMs);
      const before = upstream.connections();
      await ask(connections, '/');
      const body = await ask(connections, `/slow/${limitMs + 100}`);
      return { body, opened: upstream.connections() - before };
    },
    // A second connection means that the first one was idle for too long: this machine was slow.
    (one) => one.opened === 1,
  );
  expect([body, opened]).toEqual(['begun ended', 1]);
});

test('a connection that was idle for too long is not reused', async () => {
  const connections = pool(50);
  await ask(connections, '/');
  await sleep(100);
  expect(await ask(connections, '/')).toBe('begun ended');
  expect(upstream.connections()).toBe(2);
});
