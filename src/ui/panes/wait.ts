import type { RequestView } from '../../state/exchange/request-view.js';
import type { WaitLimits } from '../../state/ports.js';
import { seconds } from '../style/format.js';

/** A shorter wait is not shown, in ms. */
const WORTH_SHOWING_MS = 1900;
/** When the last byte came this much later than the last output, in ms, the provider sends bytes without content. */
const ALIVE_MS = 2000;

/** The current step of a running request, and the time since the step began. */
export interface Wait {
  readonly kind: 'headers' | 'content' | 'bytes';
  readonly ms: number;
}

/** @returns the current wait; undefined while output arrives and before `worthMs` have passed */
export function waitOf(request: RequestView, worthMs = WORTH_SHOWING_MS): Wait | undefined {
  if (request.kind !== 'running') return undefined;
  const { elapsedMs, quiet } = request.metrics;
  if (quiet === undefined) return elapsedMs < worthMs ? undefined : { kind: 'headers', ms: elapsedMs };
  const { outputMs, byteMs } = quiet;
  if (outputMs < worthMs) return undefined;
  return outputMs - byteMs >= ALIVE_MS ? { kind: 'content', ms: outputMs } : { kind: 'bytes', ms: byteMs };
}

/** Returns e.g. `nothing received for 7.0 s, limit 300 s`; without the limit when it is unknown. */
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
