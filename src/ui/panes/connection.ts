import type { RateLimit } from '../../metrics/rate-limits.js';
import type { AppState } from '../../state/app-state.js';
import type { RetryNotice } from '../../state/exchange/request-view.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { bytes, count, duration, seconds, uptime } from '../style/format.js';
import { cut, type Line, lineWidth, spread } from '../style/line.js';

export type Shown = Pick<AppState, 'connection' | 'endpoint' | 'retry' | 'keys' | 'nowMs'> & {
  /** Of the latest answer. */
  limits?: readonly RateLimit[] | undefined;
};

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
        return [first, ['public daemon: buffered,'], ['does not stream'], [host]];
      }
      const { version, uptimeMs, origins, activeRequests, availableCredits } = daemon.health;
      const origin = origins.find((candidate) => candidate.origin === originOf(endpoint.url));
      const up: Line = [['dim', 'up '], uptime(uptimeMs)];
      return [
        first,
        ...(retry === undefined
          ? [spread([['dim', 'daemon '], sanitizeLine(version)], up, width), [host]]
          : retryLines(retry, nowMs)),
        originLine(origin, width),
        // Of each new answer: how much of it may be on its way to us.
        spread(
          [['dim', 'active '], count(activeRequests)],
          [['dim', 'window '], bytes(availableCredits)],
          width,
        ),
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

/** `retry 2/3 in 0.5 s`, and why, in two lines. */
export function retryLines(retry: RetryNotice, nowMs: number): readonly [when: Line, why: Line] {
  const { attempt: number, maxAttempts, atMs, statusCode, reason } = retry;
  return [
    [['bold', `retry ${number}/${maxAttempts}`], ` in ${countdown(atMs - nowMs)}`],
    // Who answered is seen elsewhere, and would take the room of what.
    [['dim', statusCode === undefined ? reason : `answered ${statusCode}`]],
  ];
}

/** The same in one line of at most `width` cells: the reason is cut, never the rest. */
export function retryLine(retry: RetryNotice, nowMs: number, width: number): Line {
  const [when, why] = retryLines(retry, nowMs);
  return cut([...when, ['dim', ': '], ...why], Math.max(width, lineWidth(when)));
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
