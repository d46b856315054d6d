import type { Composition } from '../../composition/compose.js';
import { printMessage } from '../../support/output/print-message.js';
import { openDirect } from '../direct.js';
import { workerCount } from '../flags/worker-count.js';
import type { Plan } from '../setup.js';
import { createLocalEngine, type Engine } from './engine.js';
import { sendable } from './messages.js';
import { rehearse } from './rehearse.js';
import { openTarget } from './target.js';

/** Creates the engine for requests to the endpoint in use: this thread, or several new threads. */
export async function openEngine(
  composition: Composition,
  { flags, trace, prompts, pace }: Plan,
  signal: AbortSignal,
): Promise<Engine> {
  const { connector } = composition;
  // Only this thread may start a daemon.
  if (flags.through === 'daemon') await connector.client.connect();
  const daemon = flags.through === 'daemon' ? { daemon: connector.client } : {};
  const workers = workerCount(flags, trace);
  if (workers > 1) {
    const { openWorkers } = await import('./workers.js');
    const { text, json, conversations } = prompts;
    const engine = await openWorkers(
      workers,
      {
        flags: sendable(flags),
        mode: connector.endpoint.name,
        trace,
        prompts: conversations && { text, json, conversations },
      },
      signal,
    );
    return { ...engine, ...daemon };
  }
  const direct = flags.through === 'direct' ? await openDirect(process.env) : undefined;
  const streamer = direct ?? connector.client;
  const target = await openTarget(composition, flags, { prompts, pace }, streamer, printMessage);
  if (direct !== undefined) await rehearse(target);
  return { ...createLocalEngine(target, trace), ...daemon, close: async () => direct?.close() };
}
