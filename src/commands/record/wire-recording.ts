import type { WireEvent } from '../../connector/types.js';
import type { StreamEvent } from '../../sdk/index.js';
import type { Recording } from '../../simulator/recordings/recording.js';

/** Collects the chunks of one answer as the daemon sends them. */
export interface WireRecording {
  take(event: WireEvent): void;
  /** Returns undefined when there was no response. A lost connection makes the ending `broken`. */
  end(ending: Recording['ending']): Recording | undefined;
}

/**
 * @param sentMs when this process sent the request, on the clock of the events. The daemon's own times begin when it
 * has sent the request to the provider. So they exclude connecting, and the transfer between this process and the
 * daemon.
 */
export function createWireRecording(model: string, sentMs: number): WireRecording {
  let start: Extract<StreamEvent, { type: 'start' }> | undefined;
  let lost = false;
  const parts: { atMs: number; bytes: Uint8Array }[] = [];
  const since = (atMs: number, daemonUs: number | undefined): number => {
    const sentUs = start?.timings.sentUs;
    return Math.max(
      0,
      daemonUs === undefined || sentUs === undefined ? atMs - sentMs : (daemonUs - sentUs) / 1000,
    );
  };
  return {
    take(event) {
      if (event.type === 'start') start = event;
      if (event.type === 'lost') lost = true;
      if (event.type === 'chunk') parts.push({ atMs: since(event.atMs, event.offsetUs), bytes: event.data });
    },
    end(ending) {
      if (start === undefined) return undefined;
      const { statusCode: status, headers, timings, atMs } = start;
      const contentType = headers['content-type'] ?? '';
      return {
        model,
        // The model that was requested; the response can name another one.
        stream: true,
        status,
        contentType: /^[\x20-\x7e]*$/.test(contentType) ? contentType : '',
        headers,
        headersMs: since(atMs, timings.firstByteUs),
        parts,
        ending: lost ? 'broken' : ending,
      };
    },
  };
}
