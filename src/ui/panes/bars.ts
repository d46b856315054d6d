import type { AppState } from '../../state/app-state.js';
import { MORE_ROUNDS } from '../../state/comparing/comparing.js';
import type { EndpointInfo, WaitLimits } from '../../state/ports.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { cut, fill, joinThatFit, type Line, lineWidth, spread } from '../style/line.js';
import { connectionSummary, retryLine, retryLines, silenceWords } from './connection.js';
import { requestSummary } from './request.js';
import { waitOf, waitWords } from './wait.js';

/** Returns the top row: program, conversation, mode and model. */
export function headerLine(title: string, endpoint: EndpointInfo, width: number): Line {
  const inner = width - 2;
  const name: Line = [['title', 'vastar-tui']];
  const mode = cut(
    [sanitizeLine(endpoint.name), ['dim', `  ${sanitizeLine(endpoint.model)}`]],
    inner - lineWidth(name) - 2,
  );
  // The conversation's name takes the remaining width.
  const room = inner - lineWidth(name) - lineWidth(mode) - 5;
  const shownTitle: Line = room < 1 ? [] : ['   ', ...cut([['dim', sanitizeLine(title)]], room)];
  return [' ', ...spread([...name, ...shownTitle], mode, inner), ' '];
}

/** The state that the bars show. */
export type BarState = Pick<
  AppState,
  'connection' | 'nowMs' | 'request' | 'retry' | 'toast' | 'quitArmedUntilMs' | 'keys'
> & {
  answering: boolean;
  comparing: boolean;
  typing: TypingPlace;
  /** The wait limits of the request's endpoint. */
  limits?: WaitLimits | undefined;
};

/** The part of the screen that gets the keys. */
export type TypingPlace =
  | 'draft'
  | 'list'
  | 'marking'
  | 'sessions'
  | 'renaming'
  | 'exchanges'
  | 'exchange'
  | 'search'
  | 'pane'
  | 'panes'
  | 'explain'
  | 'text';

export function typingPlace({
  overlay,
  search,
  panes,
}: Pick<AppState, 'overlay' | 'search' | 'panes'>): TypingPlace {
  switch (overlay.kind) {
    case 'none':
      if (search.kind === 'open') return 'search';
      return panes.focus === undefined ? 'draft' : 'pane';
    case 'picker':
      return overlay.marked === undefined ? 'list' : 'marking';
    case 'sessions':
      return overlay.renaming === undefined ? 'sessions' : 'renaming';
    case 'inspector':
      return overlay.open ? 'exchange' : 'exchanges';
    case 'panes':
    case 'explain':
      return overlay.kind;
    case 'help':
      return 'text';
  }
}

/** Returns connection and request in one row, which also separates conversation and draft; used without side panes. */
export function statusBar(state: BarState, width: number, withMessages: boolean): Line {
  const rule = (cells: number): Line => [['dim', '─'.repeat(Math.max(0, cells))]];
  const words = withMessages ? passingWords(state) : undefined;
  if (words !== undefined) return fill([words], width);
  const { retry, nowMs, request: latest } = state;
  const items = retry === undefined ? requestSummary(latest) : retryLines(retry, nowMs);
  const connection = connectionSummary(state);
  // If only one of them fits, show the request while it runs.
  const both = lineWidth(connection) + lineWidth(items[0] ?? []) + 7 <= width;
  const silent = silenceWords(state) !== undefined;
  const showConnection = both || !state.answering || state.connection.status !== 'connected' || silent;
  const left: Line = [...rule(1), ' ', ...(showConnection ? connection : (items[0] ?? [])), ' '];
  const request = showConnection ? joinThatFit(items, width - lineWidth(left) - 4) : [];
  const right: Line = request.length === 0 ? [] : [' ', ...request, ' ', ...rule(1)];
  return fill([...left, ...rule(width - lineWidth(left) - lineWidth(right)), ...right], width);
}

/** Returns the bottom row: a toast or the current activity, and the keys that are useful now. */
export function footerLine(state: BarState, width: number): Line {
  const inner = width - 2;
  const words = passingWords(state);
  const left: Line =
    words === undefined && state.retry !== undefined
      ? retryLine(state.retry, state.nowMs, Math.floor((2 * inner) / 3))
      : [words ?? activity(state)];
  const hints = joinThatFit(
    hintsOf(state).map((hint): Line => [['dim', hint]]),
    inner - lineWidth(left) - 2,
    '   ',
  );
  return [' ', ...spread(left, hints, inner), ' '];
}

function activity({ request, limits, answering, connection, nowMs }: BarState): string {
  const silence = answering ? silenceWords({ connection, nowMs }) : undefined;
  if (silence !== undefined) return silence;
  const wait = waitOf(request);
  if (wait !== undefined) return waitWords(wait, limits);
  return answering ? 'answering' : '';
}

function hintsOf({ keys, answering, comparing, typing }: BarState): string[] {
  if (typing !== 'draft' && !(typing === 'pane' && answering)) return HINTS[typing](keys);
  const { send, newline, stop, help, quit, focus, again } = keys;
  const always = [`${short(help)} help`, `${short(quit)} quit`];
  if (comparing && !answering)
    return [
      `${short(send)} continue`,
      `${short(stop)} drop all`,
      `${short(focus)} mark`,
      `${short(again)} ask ${MORE_ROUNDS} more times`,
      ...always,
    ];
  if (answering && comparing) return [`${short(stop)} stop all`, `${short(focus)} mark`, ...always];
  if (answering) return [`${short(stop)} stop`, ...always];
  return [`${short(send)} send`, `${short(newline)} newline`, ...always];
}

/** The key hints by the part of the screen that gets the keys. */
const HINTS: Readonly<Record<Exclude<TypingPlace, 'draft'>, (keys: KeyHints) => string[]>> = {
  list: ({ choose, close }) => [`${short(choose)} choose`, '↑↓ move', `${short(close)} close`],
  marking: ({ choose, close }) => [
    `${short(choose)} compare`,
    'tab mark several',
    '↑↓ move',
    `${short(close)} close`,
  ],
  sessions: ({ choose, close }) => [`${short(choose)} open`, '↑↓ move', `${short(close)} close`],
  renaming: ({ choose, close }) => [`${short(choose)} rename`, `${short(close)} cancel`],
  exchanges: ({ choose, close }) => [
    `${short(choose)} open`,
    `${short(close)} close`,
    '↑↓ move',
    'm mark to compare',
  ],
  exchange: ({ close }) => ['↑↓ scroll', `${short(close)} back`, 'n next', 'p previous', 'm mark'],
  search: ({ choose, close }) => [`${short(choose)} next`, '↑ previous', `${short(close)} close`],
  pane: ({ help, focus, close }) => [
    `${short(help)} explain`,
    '↑↓ scroll',
    `${short(focus)} next pane`,
    `${short(close)} back`,
  ],
  panes: ({ help, focus, close }) => [
    `${short(help)} explain`,
    '↑↓ scroll',
    `${short(focus)} next pane`,
    `${short(close)} close`,
  ],
  explain: ({ focus, close }) => [`${short(focus)} next pane`, '↑↓ scroll', `${short(close)} back`],
  text: ({ close }) => ['↑↓ scroll', `${short(close)} close`],
};

/** Returns a key's short form, e.g. `^J`. */
function short(key: string): string {
  return key.replace(/^ctrl\+(.)$/, (_key, letter: string) => `^${letter.toUpperCase()}`);
}

function passingWords({ toast, quitArmedUntilMs, keys }: BarState): string | undefined {
  const again = `${keys.quit} again quits`;
  const text = toast?.text;
  // The toast about a cleared draft ends with the same words. They do not hold after further typing.
  if (text?.endsWith(again)) return quitArmedUntilMs === undefined ? text.slice(0, text.indexOf(';')) : text;
  return quitArmedUntilMs === undefined ? text : again;
}
