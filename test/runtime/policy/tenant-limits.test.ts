import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { createFairQueue } from '../../../src/runtime/policy/fair-queue.js';
import { DEFAULT_LIMITS, type Limits, type TenantLimit } from '../../../src/runtime/policy/tenant-limits.js';
import { createTokenBucket } from '../../../src/runtime/policy/token-bucket.js';
import { createManualClock } from '../../support/clocks/manual-clock.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

const limitsOf = (limit: Partial<TenantLimit>, tenants: Limits['tenants'] = {}): Limits => ({
  ...DEFAULT_LIMITS,
  default: { ...DEFAULT_LIMITS.default, ...limit },
  tenants,
});

async function setUp(limits: Limits, delayMs = 0) {
  const clock = createManualClock();
  const daemon = await testDaemon({ policies: { limits, clock, maxAttempts: 1 } });
  let running = 0;
  let most = 0;
  const upstream = await startUpstream((_request, response) => {
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      response.end('x'.repeat(1000));
    }, delayMs);
  });
  closing.push(daemon.close, upstream.close);
  return { clock, upstream, client: await daemon.client(), mostAtOnce: () => most };
}

let lastId = 0n;
async function ask(client: RawClient, upstream: Upstream, tenantId = 'a', body?: string) {
  lastId += 1n;
  client.send(httpStream(lastId, { method: 'POST', url: upstream.url, body }, { tenantId }));
  return (await streamOf(client, lastId)).end;
}

describe('a token bucket', () => {
  test('allows a burst, then the rate, and says how long to wait', async () => {
    const clock = createManualClock();
    const bucket = createTokenBucket({ perSecond: 2, burst: 2 }, clock);
    bucket.spend(1);
    expect(bucket.waitMs).toBe(0);
    bucket.spend(1);
    expect(bucket.waitMs).toBe(500);
    await clock.advance(499);
    expect(bucket.waitMs).toBeCloseTo(1);
    await clock.advance(1);
    expect(bucket.waitMs).toBe(0);
  });

  test('becomes negative when more is spent than available', () => {
    const bucket = createTokenBucket({ perSecond: 100, burst: 100 }, createManualClock());
    bucket.spend(1099);
    expect(bucket.waitMs).toBe(10_000);
  });

  test('saves up no more than a burst', async () => {
    const clock = createManualClock();
    const bucket = createTokenBucket({ perSecond: 10, burst: 10 }, clock);
    await clock.advance(60_000);
    bucket.spend(10);
    expect(bucket.waitMs).toBe(100);
  });
});

describe('requests a second', () => {
  test('are refused above the rate, with the time to retry', async () => {
    const { client, clock, upstream } = await setUp(limitsOf({ requestsPerSecond: 2 }));
    expect((await ask(client, upstream)).errorClass).toBe(ErrorClass.Success);
    expect((await ask(client, upstream)).errorClass).toBe(ErrorClass.Success);
    expect(await ask(client, upstream)).toMatchObject({
      errorClass: ErrorClass.RateLimited,
      retryAfterMs: 500,
      errorMessage: `tenant "a" is at this daemon's limit of 2 requests a second: try again in 0.5 s`,
    });
    await clock.advance(500);
    expect((await ask(client, upstream)).errorClass).toBe(ErrorClass.Success);
    expect(upstream.requests).toHaveLength(3);
  });

  test('are limited for each tenant, by its own limit if it has one', async () => {
    const named = { ...DEFAULT_LIMITS.default, requestsPerSecond: 3 };
    const { client, upstream } = await setUp(limitsOf({ requestsPerSecond: 1 }, { big: named }));
    const classes = async (tenant: string): Promise<ErrorClass[]> => {
      const ends = [];
      for (let request = 0; request < 4; request += 1) ends.push(await ask(client, upstream, tenant));
      return ends.map(({ errorClass }) => errorClass);
    };
    const { Success, RateLimited } = ErrorClass;
    expect(await classes('small')).toEqual([Success, RateLimited, RateLimited, RateLimited]);
    expect(await classes('big')).toEqual([Success, Success, Success, RateLimited]);
    // Names of object properties are ordinary tenant names.
    expect(await classes('constructor')).toEqual([Success, RateLimited, RateLimited, RateLimited]);
  });
});

test('bytes a second: an answer arrives whole, and the next request is refused until the rate allows it', async () => {
  const { client, clock, upstream } = await setUp(limitsOf({ bytesPerSecond: 100 }));
  expect(await ask(client, upstream, 'a', 'y'.repeat(99))).toMatchObject({
    errorClass: ErrorClass.Success,
    bytes: 1000,
  });
  const refused = await ask(client, upstream);
  expect(refused).toMatchObject({ errorClass: ErrorClass.RateLimited, retryAfterMs: 10_000 });
  expect(refused.errorMessage).toMatch(/100 bytes a second: try again in 10\.0 s/);
  expect((await ask(client, upstream, 'b')).errorClass).toBe(ErrorClass.Success);
  await clock.advance(10_000);
  expect((await ask(client, upstream)).errorClass).toBe(ErrorClass.Success);
});

test('requests at once: further ones wait, and are refused when the queue is full', async () => {
  const { client, upstream, mostAtOnce } = await setUp(limitsOf({ concurrent: 2, queued: 3 }), 50);
  const ends = await Promise.all(Array.from({ length: 7 }, () => ask(client, upstream)));
  const refused = ends.filter(({ errorClass }) => errorClass === ErrorClass.RateLimited);
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ retryAfterMs: 1000 });
  expect(refused[0]?.errorMessage).toMatch(
    /limit of 2 requests at once, with 3 waiting: try again in 1\.0 s/,
  );
  expect(upstream.requests).toHaveLength(5);
  expect(mostAtOnce()).toBe(2);
});

describe('slots are shared fairly', () => {
  const never = new AbortController().signal;

  test('a refused tenant leaves no state', async () => {
    const tenants: string[] = [];
    const of = (tenant: string) => {
      tenants.push(tenant);
      return { concurrent: 1, queued: 0 };
    };
    const queue = createFairQueue({ total: 1, of });
    await queue.acquire('first', never);
    for (const tenant of ['late', 'late', 'first']) expect(queue.acquire(tenant, never)).toBeUndefined();
    expect(tenants).toEqual(['first', 'late', 'late']);
  });

  test('a tenant with ten times as many waiting requests does not delay the others', async () => {
    const queue = createFairQueue({ total: 1, of: () => ({ concurrent: 10, queued: 1000 }) });
    const order: string[] = [];
    const enter = async (tenant: string): Promise<void> => {
      const release = await queue.acquire(tenant, never);
      order.push(tenant);
      release?.();
    };
    const release = await queue.acquire('first', never);
    const greedy = Array.from({ length: 20 }, () => enter('greedy'));
    const modest = [enter('modest'), enter('modest')];
    release?.();
    await Promise.all([...greedy, ...modest]);
    expect(order.slice(0, 4)).toEqual(['greedy', 'modest', 'greedy', 'modest']);
    expect(order).toHaveLength(22);
  });

  test('a tenant at its own limit does not delay the tenants after it', async () => {
    const queue = createFairQueue({ total: 3, of: () => ({ concurrent: 1, queued: 10 }) });
    await queue.acquire('a', never);
    const second = queue.acquire('a', never);
    expect(await queue.acquire('b', never)).toBeTypeOf('function');
    let got = false;
    void second?.then(() => {
      got = true;
    });
    await Promise.resolve();
    expect(got).toBe(false);
  });

  test('a request that is cancelled while waiting leaves no state', async () => {
    const queue = createFairQueue({ total: 1, of: () => ({ concurrent: 1, queued: 1 }) });
    const release = await queue.acquire('a', never);
    const giveUp = new AbortController();
    const waiting = queue.acquire('a', giveUp.signal);
    expect(queue.acquire('a', never)).toBeUndefined();
    giveUp.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    const next = queue.acquire('a', never);
    release?.();
    expect(await next).toBeTypeOf('function');
  });
});
