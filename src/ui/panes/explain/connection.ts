import { SCREEN_FIGURES } from '../../../metrics/screen-figures.js';
import { bytes, count, duration, UNKNOWN, uptime } from '../../style/format.js';
import { originIn, type Shown } from '../connection.js';
import { limitText } from '../provider.js';
import { shownFigures } from '../server.js';
import type { Explained } from './explained.js';

/** A daemon on this machine answers faster than this, in ms. */
const NEAR_MS = 20;

/** Explains every figure of the connection pane. */
export function explainConnection({ connection, endpoint, limits, serverLoad }: Shown): Explained[] {
  const daemon = connection.status === 'connected' ? connection.daemon : undefined;
  const health = daemon?.kind === 'vastar-tui' ? daemon.health : undefined;
  const origin = health && originIn(health.origins, endpoint.url);
  return [
    {
      figure: SCREEN_FIGURES.ping,
      value: daemon === undefined ? UNKNOWN : duration(daemon.rttMs),
      verdict:
        daemon === undefined
          ? undefined
          : daemon.rttMs < NEAR_MS
            ? 'too short to notice'
            : 'slow: this machine is busy, or the daemon is on another one',
    },
    {
      figure: SCREEN_FIGURES.daemon,
      value: health === undefined ? UNKNOWN : `${health.version}, up ${uptime(health.uptimeMs)}`,
    },
    {
      figure: SCREEN_FIGURES.connections,
      value: origin === undefined ? UNKNOWN : `${count(origin.poolOpen)}, ${count(origin.poolBusy)} busy`,
      verdict:
        origin !== undefined && origin.poolQueued > 0
          ? `${count(origin.poolQueued)} requests wait for a connection`
          : undefined,
    },
    {
      figure: SCREEN_FIGURES.circuit,
      value: origin?.circuit ?? UNKNOWN,
      verdict: origin && CIRCUITS[origin.circuit],
    },
    { figure: SCREEN_FIGURES.running, value: health === undefined ? UNKNOWN : count(health.activeRequests) },
    ...(serverLoad?.kind === 'read' ? shownFigures(serverLoad.figures) : []),
    ...(limits === undefined || limits.rates.length === 0
      ? []
      : [
          {
            figure: SCREEN_FIGURES.limits,
            value: count(limits.rates.length),
            verdict: limits.rates.map(limitText).join('; '),
          },
        ]),
    {
      figure: SCREEN_FIGURES.window,
      value: health === undefined ? UNKNOWN : bytes(health.availableCredits),
      verdict: 'when this is used up, the daemon waits for a slow terminal',
    },
  ];
}

const CIRCUITS: Readonly<Record<string, string>> = {
  closed: 'requests are sent',
  open: 'the daemon sends no requests now, because too many failed',
  'half-open': 'the daemon tests whether the provider works again',
};
