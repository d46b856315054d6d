import type { RequestView } from '../../state/exchange/request-view.js';
import type { WaitLimits } from '../../state/ports.js';
import { seconds } from '../style/format.js';

/** A wait shorter than this needs no words, in ms. */
const WORTH_SHOWING_MS = 1900;
/** Bytes that came this much later than the last output are a sign of life without content, in ms. */
const ALIVE_MS = 2000;

/** What a running request waits for, and for how long. */
export interface Wait {
  readonly kind: 'headers' | 'content' | 'bytes';
  readonly ms: number;
}

/** @returns undefined while output comes, and before the wait is `worthMs` long. */
export function waitOf(request: RequestView, worthMs = WORTH_SHOWING_MS): Wait | undefined {
  if (request.kind !== 'running') return undefined;
  const { elapsedMs, quiet } = request.metrics;
  if (quiet === undefined) return elapsedMs < worthMs ? undefined : { kind: 'headers', ms: elapsedMs };
  const { outputMs, byteMs } = quiet;
  if (outputMs < worthMs) return undefined;
  return outputMs - byteMs >= ALIVE_MS ? { kind: 'content', ms: outputMs } : { kind: 'bytes', ms: byteMs };
}

/** `nothing received for 7.0 s, limit 300 s`; the limit only where it is known. */
export function waitWords({ kind, ms }: Wait, limits: WaitLimits | undefined): string {
  switch (kind) {
    case 'headers':
      return `no response headers for ${seconds(ms)}${limit(limits?.timeoutMs)}`;
    case 'content':
      return `no content for ${seconds(ms)}: the provider keeps the connection alive`;
    case 'bytes':
      return `nothing received for ${seconds(ms)}${limit(limits?.idleMs)}`;
  }
}

function limit(ms = 0): string {
  return ms === 0 ? '' : `, limit ${ms / 1000} s`;
}
