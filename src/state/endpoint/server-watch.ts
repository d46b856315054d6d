import type { Acting } from '../acting.js';
import type { AppState } from '../app-state.js';
import type { Clock, ServerLoad, ServerPort } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';

const INTERVAL_MS = 5000;

/** Reads an endpoint's metrics page every 5 seconds until the returned function is called. */
export function watchServer(
  change: Acting['change'],
  server: ServerPort,
  clock: Clock,
  endpoint: string,
): () => void {
  const stop = new AbortController();
  let cancel = (): void => {};
  const show = (serverLoad: ServerLoad | undefined): void =>
    change((state): AppState => ({ ...state, serverLoad }));
  const read = async (): Promise<void> => {
    const load = await server.readLoad(endpoint, stop.signal);
    if (stop.signal.aborted) return;
    show(load.kind === 'read' ? load : { ...load, problem: sanitizeLine(load.problem) });
    cancel = clock.after(INTERVAL_MS, () => void read());
  };
  void read();
  return () => {
    stop.abort();
    cancel();
    show(undefined);
  };
}
