import { RuntimeClient } from '../../../src/sdk/index.js';
import { forEachTest } from '../run/each-test.js';
import { type ScriptedDaemon, startScriptedDaemon } from './scripted-daemon.js';

/** A client and the daemon that it connects to. */
export interface ScriptedEnds {
  readonly daemon: ScriptedDaemon;
  readonly client: RuntimeClient;
}

/** A client and a scripted daemon for each test of the file. Use the members only within a test. */
export function scriptedEnds(): ScriptedEnds {
  const current = forEachTest(async () => {
    const daemon = await startScriptedDaemon();
    const client = new RuntimeClient({ socketPath: daemon.path });
    return {
      daemon,
      client,
      async close() {
        await client.close();
        await daemon.close();
      },
    };
  });
  return {
    get daemon() {
      return current().daemon;
    },
    get client() {
      return current().client;
    },
  };
}
