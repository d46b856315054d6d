import type { AppState } from '../../state/app-state.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { count, duration, seconds, uptime } from '../format.js';
import { type Line, spread } from '../line.js';

export type Shown = Pick<AppState, 'connection' | 'endpoint' | 'retry' | 'keys' | 'nowMs'>;

/** State of the way to the daemon and the endpoint. */
export function connectionLines(
  { connection, endpoint, retry, keys, nowMs }: Shown,
  width: number,
): readonly Line[] {
  const host = hostOf(endpoint.url);
  switch (connection.status) {
    case 'idle':
    case 'closed':
      return [['○ not connected'], [], [host], [['dim', `${keys.reconnect} connects`]]];
    case 'connecting':
      return [['◌ connecting to the daemon'], attempt(connection.attempt), [host], []];
    case 'waiting': {
      const [reason = '', more = ''] = twoRows(sanitizeLine(connection.error), width);
      return [
        [['bold', '○'], ` reconnecting in ${countdown(connection.retryAtMs - nowMs)}`],
        [['dim', reason]],
        [['dim', more]],
        spread(attempt(connection.attempt), [['dim', `${keys.reconnect}: now`]], width),
      ];
    }
    case 'connected': {
      const { daemon } = connection;
      const state: Line = [['accent', '●'], ' connected'];
      if (daemon === undefined) return [state, [], [host], []];
      const first = spread(state, [['dim', 'rtt '], duration(daemon.rttMs)], width);
      if (daemon.kind === 'foreign') {
        return [
          first,
          ['public daemon: buffered,'],
          ['does not stream'],
          [host],
          [],
          retryLine(retry, nowMs),
        ];
      }
      const { version, uptimeMs, origins, activeRequests, availableCredits } = daemon.health;
      const origin = origins.find((candidate) => candidate.origin === originOf(endpoint.url));
      const up: Line = [['dim', 'up '], uptime(uptimeMs)];
      return [
        first,
        spread([['dim', 'daemon '], sanitizeLine(version)], up, width),
        [host],
        originLine(origin, width),
        spread(
          [['dim', 'active '], count(activeRequests)],
          [['dim', 'credits '], count(availableCredits)],
          width,
        ),
        retryLine(retry, nowMs),
      ];
    }
  }
}

/** The same in a few words, for the status bar. */
export function connectionSummary({ connection, nowMs }: Pick<Shown, 'connection' | 'nowMs'>): Line {
  switch (connection.status) {
    case 'idle':
    case 'closed':
      return ['○ not connected'];
    case 'connecting':
      return ['◌ connecting'];
    case 'waiting':
      return ['○ retry in ', countdown(connection.retryAtMs - nowMs)];
    case 'connected': {
      const { daemon } = connection;
      const state: Line = [['accent', '●'], ' connected'];
      if (daemon === undefined) return state;
      return daemon.kind === 'foreign' ? [...state, ', buffered'] : [...state, ` ${duration(daemon.rttMs)}`];
    }
  }
}

function attempt(number: number): Line {
  return [['dim', `attempt ${number}`]];
}

/** `retry 2/3 in 0.5 s: busy`; the reason is cut where it is shown. */
export function retryLine(retry: Shown['retry'], nowMs: number): Line {
  if (retry === undefined) return [];
  const { attempt: number, maxAttempts, atMs, reason } = retry;
  return [
    ['bold', `retry ${number}/${maxAttempts}`],
    ` in ${countdown(atMs - nowMs)}`,
    ['dim', `: ${reason}`],
  ];
}

function countdown(leftMs: number): string {
  return leftMs > 10_000 ? `${Math.ceil(leftMs / 1000)} s` : seconds(Math.max(0, leftMs));
}

/** A text in two rows; the second is cut where it is shown. */
function twoRows(text: string, width: number): string[] {
  const [first] = wrapLine(text, { width });
  return first === undefined ? [] : [shownPiece(text, first), text.slice(first.end)];
}

/** The other origins that the daemon knows: pool and circuit of each. */
export function originLines({ connection, endpoint }: Shown, width: number): readonly Line[] {
  if (connection.status !== 'connected' || connection.daemon?.kind !== 'vastar-tui') return [];
  const { origins } = connection.daemon.health;
  return origins
    .filter(({ origin }) => origin !== originOf(endpoint.url))
    .map((origin) => spread([sanitizeLine(hostOf(origin.origin))], originLine(origin, width), width));
}

type Origin = { poolBusy: number; poolOpen: number; poolQueued: number; circuit: string };

function originLine(origin: Origin | undefined, width: number): Line {
  if (origin === undefined) return [];
  const queued = origin.poolQueued > 0 ? ` +${origin.poolQueued}` : '';
  const pool: Line = [['dim', 'pool '], `${origin.poolBusy}/${origin.poolOpen}${queued}`];
  return spread(pool, [['dim', 'circuit '], origin.circuit], width);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : sanitizeLine(url);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
