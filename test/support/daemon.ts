import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RuntimeOptions, startRuntime } from '../../src/runtime/server.js';
import { type RawClient, rawClient } from './raw-client.js';

/** A daemon in this process that tries everything once, unless told otherwise, at a socket in a folder of its own. */
export interface TestDaemon {
  path: string;
  connections(): number;
  /** A new connection to it; closed with the daemon. */
  client(): Promise<RawClient>;
  /** Graceful stop; resolves when it is done. */
  stop(): Promise<void>;
  /** Frees the address, as a daemon does before it ends. */
  retire(): Promise<boolean>;
  /** Ends what still runs after `stop` was called. */
  end(): void;
  /** Stops it, at once, and removes its folder. */
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
