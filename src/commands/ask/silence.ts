import type { OpenAIStreamConnector } from '../../connector/openai.js';
import type { ConnectionState } from '../../sdk/index.js';

/** Reports a daemon or a provider that sends nothing during a request. */
export interface SilenceWatch {
  /** Call it when bytes arrive from the provider. */
  onBytes(): void;
  stop(): void;
}

const SILENT_MS = 2000;

/**
 * @param provider whether to report a silent provider: useful at a terminal, noise in a script's log
 */
export function watchSilence(
  { client, endpoint }: OpenAIStreamConnector,
  provider: boolean,
  report: (text: string) => void,
): SilenceWatch {
  let daemonIsSilent = false;
  const onState = (state: ConnectionState): void => {
    if (state.status !== 'connected') return;
    const silent = state.silentSinceMs !== undefined;
    if (silent === daemonIsSilent) return;
    daemonIsSilent = silent;
    report(silent ? `no answer from the daemon for ${SILENT_MS / 1000} s` : 'the daemon answers again');
  };
  const unsubscribe = client.subscribe(onState);
  const { host } = new URL(endpoint.baseUrl);
  const timer = provider
    ? setTimeout(() => {
        // While the daemon does not answer, nothing can arrive from the provider, so report only the daemon.
        if (!daemonIsSilent) report(`nothing received from ${host} for ${SILENT_MS / 1000} s`);
      }, SILENT_MS)
    : undefined;
  return {
    onBytes: () => void timer?.refresh(),
    stop() {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}
