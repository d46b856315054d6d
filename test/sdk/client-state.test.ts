import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MessageType } from '../../src/protocol/constants.js';
import { type ConnectionState, RuntimeClient, type RuntimeClientConfig } from '../../src/sdk/index.js';
import {
  HEALTHY,
  httpAnswer,
  type ScriptedConnection,
  type ScriptedDaemon,
  startScriptedDaemon,
} from '../support/protocol/scripted-daemon.js';

const GET = { method: 'GET', url: 'http://upstream.example/' };

let daemon: ScriptedDaemon;
const clients: RuntimeClient[] = [];

beforeEach(async () => {
  daemon = await startScriptedDaemon();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await daemon.close();
});

const newClient = (config: RuntimeClientConfig = {}): RuntimeClient => {
  const client = new RuntimeClient({ socketPath: daemon.path, ...config });
  clients.push(client);
  return client;
};
/** Resolves to the next state that matches. */
const reached = (
  client: RuntimeClient,
  fits: (state: ConnectionState) => boolean,
): Promise<ConnectionState> =>
  new Promise((resolve) => {
    const stop = client.subscribe((state) => {
      if (!fits(state)) return;
      stop();
      resolve(state);
    });
  });
const status = (wanted: ConnectionState['status']) => (state: ConnectionState) => state.status === wanted;
const statesOf = (client: RuntimeClient): string[] => {
  const states: string[] = [];
  client.subscribe((state) => states.push(state.status));
  return states;
};

describe('the state of the connection', () => {
  test('goes from idle through connecting to connected, and then names the daemon’s kind', async () => {
    const client = newClient();
    const states = statesOf(client);
    expect(client.state).toEqual({ status: 'idle' });
    const identified = reached(client, (state) => state.status === 'connected' && state.daemon !== undefined);
    const before = Date.now();
    await client.connect();
    expect(client.state).toMatchObject({ status: 'connected' });
    const state = await identified;
    expect(state).toMatchObject({
      sinceMs: expect.any(Number),
      daemon: { kind: 'vastar-tui', health: { version: '0.0.0-scripted' } },
    });
    expect(state.status === 'connected' && state.sinceMs).toBeGreaterThanOrEqual(before);
    expect(states).toEqual(['connecting', 'connected', 'connected']);
  });

  test('does not call listeners that were removed', async () => {
    const client = newClient();
    const states: string[] = [];
    const stop = client.subscribe((state) => states.push(state.status));
    await client.connect();
    stop();
    await client.close();
    expect(states).not.toContain('closed');
    expect(client.state).toEqual({ status: 'closed' });
  });

  test('a failed first attempt leaves it idle', async () => {
    await daemon.stop();
    const client = newClient();
    const states = statesOf(client);
    await expect(client.connect()).rejects.toThrow('no daemon at');
    expect(states).toEqual(['connecting', 'idle']);
  });
});

describe('after the connection is lost', () => {
  test('the client waits, reports the time of the next attempt, and reconnects', async () => {
    const client = newClient();
    await client.health();
    const states = statesOf(client);
    const waiting = reached(client, status('waiting'));
    let waitMs = Number.NaN;
    client.subscribe((state) => {
      if (state.status === 'waiting') waitMs = state.retryAtMs - Date.now();
    });
    const connected = reached(client, status('connected'));
    const { socket } = await daemon.connection(0);
    const lostMs = Date.now();
    socket.destroy();
    const state = await waiting;
    expect(state).toMatchObject({ attempt: 1, error: 'the daemon closed the connection' });
    expect(state.status === 'waiting' && state.retryAtMs - lostMs).toBeGreaterThan(20);
    expect(waitMs).toBeLessThanOrEqual(100);
    await connected;
    expect(states.slice(0, 3)).toEqual(['waiting', 'connecting', 'connected']);
    expect(daemon.connections).toHaveLength(2);
  });

  test('it keeps trying until a daemon runs again', async () => {
    const client = newClient();
    await client.connect();
    const third = reached(client, (state) => state.status === 'waiting' && state.attempt === 3);
    await daemon.stop();
    expect(await third).toMatchObject({ error: expect.stringContaining('no daemon at') });
    const connected = reached(client, status('connected'));
    await daemon.start();
    await connected;
  });

  test('a request does not wait for the next attempt', async () => {
    const client = newClient();
    await client.health();
    const waiting = reached(client, status('waiting'));
    (await daemon.connection(0)).socket.destroy();
    await waiting;
    const request = client.executeHTTP(GET);
    expect(client.state.status).toBe('connecting');
    const connection = await daemon.connection(1);
    connection.send(httpAnswer((await connection.next(MessageType.ExecuteRequest)).requestId));
    expect(await request).toMatchObject({ statusCode: 200 });
  });

  test('without `reconnect` it is idle until the next request', async () => {
    const client = newClient({ reconnect: false });
    await client.health();
    const idle = reached(client, status('idle'));
    (await daemon.connection(0)).socket.destroy();
    await idle;
    await client.health();
    expect(daemon.connections).toHaveLength(2);
  });

  test('close ends the wait', async () => {
    const client = newClient();
    await client.connect();
    const waiting = reached(client, status('waiting'));
    await daemon.stop();
    await waiting;
    await client.close();
    const states = statesOf(client);
    await daemon.start();
    await new Promise((resolve) => setTimeout(resolve, 150)); // the next attempt was due within 100 ms
    expect(states).toEqual([]);
    expect(daemon.connections).toHaveLength(1);
  });

  test('close while connecting ends the attempt', async () => {
    const client = newClient({
      beforeConnect: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    const connecting = expect(client.connect()).rejects.toThrow('the client was closed');
    await client.close();
    await connecting;
    expect(client.state).toEqual({ status: 'closed' });
  });
});

describe('reconnect', () => {
  test('replaces the connection, and running requests fail as Transient', async () => {
    const client = newClient();
    await client.health();
    const request = expect(client.executeHTTP(GET)).rejects.toThrow('the client replaced the connection');
    const first = await daemon.connection(0);
    await first.next(MessageType.ExecuteRequest);
    const states = statesOf(client);
    const connected = reached(client, status('connected'));
    client.reconnect();
    await request;
    await connected;
    await first.closed;
    expect(states.slice(0, 2)).toEqual(['connecting', 'connected']);
    expect(daemon.connections).toHaveLength(2);
  });

  test('ends a wait at once', async () => {
    const client = newClient();
    await client.connect();
    const third = reached(client, (state) => state.status === 'waiting' && state.attempt === 3);
    await daemon.stop();
    await third;
    await daemon.start();
    client.reconnect();
    expect(client.state).toMatchObject({ status: 'connecting' });
    await reached(client, status('connected'));
  });

  test('keeps trying on a client that never connected', async () => {
    await daemon.stop();
    const client = newClient();
    const waiting = reached(client, status('waiting'));
    client.reconnect();
    await waiting;
    const connected = reached(client, status('connected'));
    await daemon.start();
    await connected;
  });
});

describe('the heartbeat', () => {
  test("keeps the daemon's health current", async () => {
    const client = newClient({ heartbeatMs: 10 });
    await client.connect();
    const connection = await daemon.connection(0);
    for (let beat = 0; beat < 3; beat += 1) {
      await connection.next(MessageType.HealthCheck);
      await reached(client, (state) => state.status === 'connected' && state.daemon !== undefined);
    }
  });

  test('sends a second request soon after connecting, even with a long interval', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = newClient({ heartbeatMs: 60_000 });
    await client.health();
    const connection = await daemon.connection(0);
    await connection.next(MessageType.HealthCheck);
    await connection.next(MessageType.HealthCheck);
    vi.advanceTimersByTime(1000);
    await connection.next(MessageType.HealthCheck);
  });

  const stopped = async (): Promise<{ client: RuntimeClient; connection: ScriptedConnection }> => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    const client = newClient({ heartbeatMs: 1000 });
    await client.health();
    const connection = await daemon.connection(0);
    connection.socket.pause();
    return { client, connection };
  };

  test('a stopped daemon counts as silent after two seconds, and stays connected', async () => {
    const { client, connection } = await stopped();
    const heardAtMs = Date.now();
    vi.advanceTimersByTime(1999);
    expect(client.state).toMatchObject({ status: 'connected' });
    expect(client.state).not.toHaveProperty('silentSinceMs');
    vi.advanceTimersByTime(1);
    const silent = await reached(client, (state) => 'silentSinceMs' in state);
    expect(silent).toMatchObject({ status: 'connected', silentSinceMs: heardAtMs });
    vi.advanceTimersByTime(20_000);
    expect(client.state).toMatchObject({ status: 'connected', silentSinceMs: heardAtMs });
    const goesOn = reached(client, (state) => !('silentSinceMs' in state));
    connection.socket.resume();
    expect(await goesOn).toMatchObject({ status: 'connected', daemon: { kind: 'vastar-tui' } });
  });

  test.each([3000, 61_000])(
    'a daemon that answered while the client was stopped for %d ms was not silent',
    async (ms) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
      const mute = await startScriptedDaemon({ answersHealth: false });
      const client = newClient({ socketPath: mute.path, heartbeatMs: 1000 });
      const states: ConnectionState[] = [];
      client.subscribe((state) => states.push(state));
      await client.connect();
      const connection = await mute.connection(0);
      await connection.next(MessageType.HealthCheck);
      const named = reached(client, (state) => state.status === 'connected' && state.daemon !== undefined);
      // This is the state of a process that continues: timers are due, and an answer waits in the socket.
      await sleep(1);
      connection.send(HEALTHY);
      vi.advanceTimersByTime(ms);
      await named;
      expect(states.map(({ status }) => status)).toEqual(['connecting', 'connected', 'connected']);
      expect(states.filter((state) => 'silentSinceMs' in state)).toEqual([]);
      await client.close();
      await mute.close();
    },
  );

  test('the client disconnects from a daemon that is silent for a minute', async () => {
    const { client } = await stopped();
    const waiting = reached(client, status('waiting'));
    vi.advanceTimersByTime(61_000);
    expect(await waiting).toMatchObject({ error: 'the daemon stopped answering' });
  });
});

describe('health', () => {
  test('returns the daemon’s report and the round-trip time', async () => {
    const info = await newClient().health();
    expect(info).toMatchObject({ kind: 'vastar-tui', health: { healthy: true, version: '0.0.0-scripted' } });
    expect(info.rttMs).toBeGreaterThan(0);
  });

  test('has a time limit', async () => {
    const silent = await startScriptedDaemon({ answersHealth: false });
    const client = newClient({ socketPath: silent.path, timeoutMs: 30 });
    await expect(client.health()).rejects.toThrow('no complete answer within 0.03 s');
    await client.close();
    await silent.close();
  });
});

test('the client itself reports a Node that is too old', () => {
  const versions = vi
    .spyOn(process, 'versions', 'get')
    .mockReturnValue({ ...process.versions, node: '20.20.2' });
  onTestFinished(() => versions.mockRestore());
  expect(() => new RuntimeClient()).toThrow(/needs Node 22\.19 or newer, and this is Node 20\.20\.2/);
});
