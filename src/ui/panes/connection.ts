import { SCREEN_FIGURES } from '../../metrics/screen-figures.js';
import type { AppState } from '../../state/app-state.js';
import { type ChatSettings, parameterTexts } from '../../state/endpoint/chat-settings.js';
import type { LimitsView } from '../../state/exchange/limits-view.js';
import type { RetryNotice } from '../../state/exchange/request-view.js';
import type { ServerLoad } from '../../state/ports.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { bytes, count, duration, seconds, uptime } from '../style/format.js';
import { cut, type Line, lineWidth, spread } from '../style/line.js';

export type Shown = Pick<AppState, 'connection' | 'endpoint' | 'retry' | 'keys' | 'nowMs'> & {
  settings?: ChatSettings | undefined;
  limits?: LimitsView | undefined;
  serverLoad?: ServerLoad | undefined;
};

/** Returns the state of the connections to the daemon and to the endpoint. */
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
      const { daemon, silentSinceMs } = connection;
      if (silentSinceMs !== undefined) {
        const time: Line = [`from the daemon for ${seconds(nowMs - silentSinceMs)}`];
        return [[['bold', '◌'], ' no answer'], time, [host], [['dim', `${keys.reconnect} reconnects`]]];
      }
      const state: Line = [['accent', '●'], ' connected'];
      if (daemon === undefined) return [state, [], [host], []];
      const first = spread(state, [['dim', `${SCREEN_FIGURES.ping.label} `], duration(daemon.rttMs)], width);
      if (daemon.kind === 'foreign') {
        return [first, ['public daemon: buffered,'], ['does not stream'], [host]];
      }
      const { version, uptimeMs, origins, activeRequests } = daemon.health;
      const origin = originIn(origins, endpoint.url);
      const up: Line = [['dim', 'up '], uptime(uptimeMs)];
      return [
        first,
        ...(retry === undefined
          ? [spread([['dim', `${SCREEN_FIGURES.daemon.label} `], sanitizeLine(version)], up, width), [host]]
          : retryLines(retry, nowMs)),
        poolLine(origin, width),
        spread([['dim', SCREEN_FIGURES.running.label]], [count(activeRequests)], width),
      ];
    }
  }
}

/** Returns the connection's state in a few words, for the status bar. */
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
      const silence = silenceWords({ connection, nowMs });
      if (silence !== undefined) return [['bold', '◌'], ` ${silence}`];
      const state: Line = [['accent', '●'], ' connected'];
      if (daemon === undefined) return state;
      return daemon.kind === 'foreign' ? [...state, ', buffered'] : [...state, ` ${duration(daemon.rttMs)}`];
    }
  }
}

/** Returns a message that the daemon doesn't answer, and for how long; undefined while it answers. */
export function silenceWords({ connection, nowMs }: Pick<Shown, 'connection' | 'nowMs'>): string | undefined {
  if (connection.status !== 'connected' || connection.silentSinceMs === undefined) return undefined;
  return `no answer from the daemon for ${seconds(nowMs - connection.silentSinceMs)}`;
}

/** Whether the shown connection has a time that changes. */
export function countsTime({ connection, retry }: Pick<Shown, 'connection' | 'retry'>): boolean {
  if (connection.status === 'connected') return connection.silentSinceMs !== undefined || retry !== undefined;
  return connection.status === 'waiting' || retry !== undefined;
}

function attempt(number: number): Line {
  return [['dim', `attempt ${number}`]];
}

/** Returns two lines: `retry 2/3 in 0.5 s` and the reason. */
export function retryLines(retry: RetryNotice, nowMs: number): readonly [when: Line, why: Line] {
  const { attempt: number, maxAttempts, atMs, statusCode, reason } = retry;
  return [
    [['bold', `retry ${number}/${maxAttempts}`], ` in ${countdown(atMs - nowMs)}`],
    // The status code alone is short; the screen shows the endpoint elsewhere.
    [['dim', statusCode === undefined ? reason : `answered ${statusCode}`]],
  ];
}

/** Returns the retry in one line of at most `width` cells; only the reason is cut. */
export function retryLine(retry: RetryNotice, nowMs: number, width: number): Line {
  const [when, why] = retryLines(retry, nowMs);
  return cut([...when, ['dim', ': '], ...why], Math.max(width, lineWidth(when)));
}

function countdown(leftMs: number): string {
  return leftMs > 10_000 ? `${Math.ceil(leftMs / 1000)} s` : seconds(Math.max(0, leftMs));
}

/** Splits a text into two rows; the caller cuts the second one. */
function twoRows(text: string, width: number): string[] {
  const [first] = wrapLine(text, { width });
  return first === undefined ? [] : [shownPiece(text, first), text.slice(first.end)];
}

/** Returns the parameters that `/set` and `/tools` add to every request. */
export function settingLines(settings: ChatSettings | undefined, width: number): readonly Line[] {
  const texts = settings === undefined ? [] : parameterTexts(settings);
  return texts.map(([name, value]) => {
    const label: Line = [['dim', sanitizeLine(name)]];
    return spread(label, cut([sanitizeLine(value)], width - lineWidth(label) - 1), width);
  });
}

/** Returns the window: how many bytes the daemon may send to this program. */
export function windowLines({ connection }: Shown, width: number): readonly Line[] {
  if (connection.status !== 'connected' || connection.daemon?.kind !== 'vastar-tui') return [];
  const { availableCredits } = connection.daemon.health;
  return [spread([['dim', SCREEN_FIGURES.window.label]], [bytes(availableCredits)], width)];
}

/** Returns the daemon's other origins with their connections. */
export function originLines({ connection, endpoint }: Shown, width: number): readonly Line[] {
  if (connection.status !== 'connected' || connection.daemon?.kind !== 'vastar-tui') return [];
  const { origins } = connection.daemon.health;
  return origins
    .filter(({ origin }) => origin !== originOf(endpoint.url))
    .map((origin) => {
      const traffic = trafficOf(origin);
      return spread(
        cut([sanitizeLine(hostOf(origin.origin))], width - lineWidth(traffic) - 1),
        traffic,
        width,
      );
    });
}

/** Returns the daemon's figures for the origin of this URL. */
export function originIn<T extends { origin: string }>(origins: readonly T[], url: string): T | undefined {
  return origins.find(({ origin }) => origin === originOf(url));
}

type Origin = { poolBusy: number; poolOpen: number; poolQueued: number; circuit: string };

/** Returns e.g. `connections 8      1 busy`, or that the circuit is open. */
function poolLine(origin: Origin | undefined, width: number): Line {
  if (origin === undefined) return [];
  const open: Line = [['dim', `${SCREEN_FIGURES.connections.label} `], count(origin.poolOpen)];
  return spread(open, trafficOf(origin), width);
}

function trafficOf({ circuit, poolBusy, poolQueued }: Origin): Line {
  if (circuit === 'open') return [['bold', 'paused: it failed']];
  if (circuit === 'half-open') return [['bold', 'trying it again']];
  return [`${count(poolBusy)} busy${poolQueued > 0 ? `, ${count(poolQueued)} wait` : ''}`];
}

/** Returns the host of an address, for the screen; an invalid address is returned whole. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : sanitizeLine(url);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
