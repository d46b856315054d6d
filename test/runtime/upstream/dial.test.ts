import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type DialOptions, dial } from '../../../src/runtime/upstream/dial.js';
import { staggered } from '../../../src/runtime/upstream/staggered.js';
import type { ConnectionTimes } from '../../../src/runtime/upstream/timings.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { freePort } from '../../support/servers/free-port.js';
import { startTcpUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

/** An address that never answers (RFC 5737). Without a network, connecting to it fails at once. */
const DEAD = '203.0.113.1';

const opened = (): ConnectionTimes => ({ startUs: 0, protocol: 'http/1.1', used: false });

/** Connects to `localhost` as if it had these addresses. */
async function dialAt(port: number, addresses: readonly string[], options: Partial<DialOptions> = {}) {
  const times = opened();
  const signal = new AbortController().signal;
  const permit = (): readonly string[] => addresses;
  const socket = await dial({ host: 'localhost', port }, { opened: times, signal, permit, ...options });
  closing.push(() => socket.destroy());
  return { socket, times };
}

describe('a name with several addresses', () => {
  test('is reached at the next address when one is dead; the handshake’s time counts only that address', async () => {
    const upstream = await startTcpUpstream(() => {});
    closing.push(upstream.close);
    const { socket, times } = await dialAt(upstream.port, [DEAD, '127.0.0.1']);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    const { dnsUs = 0, connectUs = 0, handshakeUs = -1 } = times;
    expect(handshakeUs).toBeGreaterThanOrEqual(0);
    expect(connectUs - dnsUs).toBeGreaterThanOrEqual(handshakeUs);
  });

  test('gets one connection, not one for each address', async () => {
    let connections = 0;
    const upstream = await startTcpUpstream(() => {
      connections += 1;
    });
    closing.push(upstream.close);
    const { socket } = await dialAt(upstream.port, ['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    socket.end('x');
    await pause(20);
    expect(connections).toBe(1);
  });

  test('whose addresses all refuse is an error with the first refusal', async () => {
    const port = await freePort();
    await expect(dialAt(port, ['127.0.0.1', '127.0.0.2'])).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      address: '127.0.0.1',
    });
  });

  test('rejects with the reason of its signal', async () => {
    const reason = new Error('too long');
    const signal = AbortSignal.abort(reason);
    await expect(dialAt(1, ['127.0.0.1', '127.0.0.2'], { signal })).rejects.toBe(reason);
  });
});

describe('staggered attempts', () => {
  test('an attempt that takes longer than the delay continues, and may be the first to succeed', async () => {
    const slow = Promise.withResolvers<string>();
    const dead = Promise.withResolvers<string>();
    const started: string[] = [];
    const both = Promise.withResolvers<void>();
    const result = staggered(
      [
        () => {
          started.push('slow');
          return slow.promise;
        },
        () => {
          started.push('dead');
          both.resolve();
          return dead.promise;
        },
      ],
      1,
    );
    await both.promise;
    slow.resolve('connected');
    expect(await result).toBe('connected');
    expect(started).toEqual(['slow', 'dead']);
  });

  test('a failure starts the next attempt at once', async () => {
    const attempts = [() => Promise.reject(new Error('refused')), () => Promise.resolve('connected')];
    expect(await staggered(attempts, 1_000_000)).toBe('connected');
  });

  test('no attempt starts after a success', async () => {
    let later = 0;
    const attempts = [
      () => Promise.resolve(1),
      () => {
        later += 1;
        return Promise.resolve(2);
      },
    ];
    expect(await staggered(attempts, 1)).toBe(1);
    await pause(20);
    expect(later).toBe(0);
  });
});
