import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RuntimeOptions, startRuntime } from '../../../src/runtime/server.js';
import { type RawClient, rawClient } from './raw-client.js';

/** A daemon in this process, with a socket in a separate folder. By default it makes one attempt for each request. */
export interface TestDaemon {
  path: string;
  connections(): number;
  /** Opens a connection, which closes with the daemon. */
  client(): Promise<RawClient>;
  /** Stops gracefully; resolves at the end. */
  stop(): Promise<void>;
  /** Frees the address, as a daemon does before it ends. */
  retire(): Promise<boolean>;
  /** Ends the exchanges that still run after `stop`. */
  end(): void;
  /** Stops the daemon at once, and removes its folder. */
  close(): Promise<void>;
}

export async function testDaemon(options: Partial<RuntimeOptions> = {}): Promise<TestDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'vt-daemon-'));
  const path = join(folder, 'd.sock');
  const shutdown = new AbortController();
  const runtime = await startRuntime(
    { listen: { kind: 'unix', path }, policies: { maxAttempts: 1 }, ...options },
    shutdown.signal,
  );
  const clients: RawClient[] = [];
  const stop = (): Promise<void> => {
    shutdown.abort();
    return runtime.closed;
  };
  return {
    path,
    connections: () => runtime.connections,
    async client() {
      const client = await rawClient(runtime.address);
      clients.push(client);
      return client;
    },
    stop,
    retire: runtime.retire,
    end: runtime.end,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      runtime.end();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
