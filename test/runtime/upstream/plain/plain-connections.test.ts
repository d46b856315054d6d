import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../src/runtime/limits.js';
import { parseRequestHead } from '../../../../src/runtime/upstream/http-request.js';
import type { Connection } from '../../../../src/runtime/upstream/plain/connection.js';
import {
  createPlainConnections,
  type PlainConnections,
} from '../../../../src/runtime/upstream/plain/plain-connections.js';
import { startUpstream, type Upstream } from '../../../support/upstream.js';

const KEEP_ALIVE_MS = 50;

let connections: PlainConnections;
let upstream: Upstream;
beforeEach(async () => {
  connections = createPlainConnections({ limits: { ...DEFAULT_LIMITS, keepAliveMs: KEEP_ALIVE_MS } });
  upstream = await startUpstream(async (request, response) => {
    response.write('begun ');
    if (request.path === '/slow') await sleep(4 * KEEP_ALIVE_MS);
    response.end('ended');
  });
});
afterEach(async () => {
  connections.close();
  await upstream.close();
});

/** Sends a request over an idle or a new connection. Resolves to the response's body. */
function ask(path: string): Promise<string> {
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
  const idle = connections.idle(head.url.origin);
  if (idle === undefined) connections.open(head.url, take, reject);
  else take(idle);
  return promise;
}

test('a response on a reused connection may take longer than the idle limit', async () => {
  await ask('/');
  expect(await ask('/slow')).toBe('begun ended');
  expect(upstream.connections()).toBe(1);
});

test('a connection that was idle for too long is not reused', async () => {
  await ask('/');
  await sleep(2 * KEEP_ALIVE_MS);
  expect(await ask('/')).toBe('begun ended');
  expect(upstream.connections()).toBe(2);
});
