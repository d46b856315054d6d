import type { AppState } from '../../state/app-state.js';
import type { EndpointInfo } from '../../state/ports.js';
import { sanitizeLine } from '../../state/sanitize.js';
import { cut, fill, joinThatFit, type Line, lineWidth, spread } from '../line.js';
import { connectionSummary } from './connection.js';
import { requestSummary } from './request.js';

/** Name, conversation, mode and model. */
export function headerLine(title: string, endpoint: EndpointInfo, width: number): Line {
  const inner = width - 2;
  const name: Line = [['title', 'vastar-tui']];
  const mode = cut(
    [sanitizeLine(endpoint.name), ['dim', `  ${sanitizeLine(endpoint.model)}`]],
    inner - lineWidth(name) - 2,
  );
  // The conversation's name takes what is left.
  const room = inner - lineWidth(name) - lineWidth(mode) - 5;
  const shownTitle: Line = room < 1 ? [] : ['   ', ...cut([['dim', sanitizeLine(title)]], room)];
  return [' ', ...spread([...name, ...shownTitle], mode, inner), ' '];
}

/** What the bars tell of. */
export type BarState = Pick<AppState, 'connection' | 'nowMs' | 'request' | 'toast' | 'quitArmedUntilMs'> & {
  answering: boolean;
};

/** Connection and request on one line, in place of the side panes; also parts conversation and draft. */
export function statusBar(state: BarState, width: number, withMessages: boolean): Line {
  const rule = (cells: number): Line => [['dim', '─'.repeat(Math.max(0, cells))]];
  const words = withMessages ? passingWords(state) : undefined;
  if (words !== undefined) return fill([words], width);
  const items = requestSummary(state.request);
  const connection = connectionSummary(state);
  // Where only one fits, the request as long as it runs.
  const both = lineWidth(connection) + lineWidth(items[0] ?? []) + 7 <= width;
  const showConnection = both || !state.answering || state.connection.status !== 'connected';
  const left: Line = [...rule(1), ' ', ...(showConnection ? connection : (items[0] ?? [])), ' '];
  const request = showConnection ? joinThatFit(items, width - lineWidth(left) - 4) : [];
  const right: Line = request.length === 0 ? [] : [' ', ...request, ' ', ...rule(1)];
  return fill([...left, ...rule(width - lineWidth(left) - lineWidth(right)), ...right], width);
}

/** The last line: what just happened, or which keys help now. */
export function footerLine(state: BarState, width: number): Line {
  const inner = width - 2;
  const words = passingWords(state);
  const running = state.answering;
  const left: Line = [words ?? (running ? 'answering' : '')];
  const hints = joinThatFit(
    (running ? RUNNING_HINTS : HINTS).map((hint): Line => [['dim', hint]]),
    inner - lineWidth(left) - 2,
    '   ',
  );
  return [' ', ...spread(left, hints, inner), ' '];
}

const HINTS = ['enter send', '^J newline', '? help', '^C quit'];
const RUNNING_HINTS = ['esc stop', '? help', '^C quit'];

function passingWords({ toast, quitArmedUntilMs }: BarState): string | undefined {
  if (quitArmedUntilMs !== undefined) return 'ctrl+c again quits';
  return toast?.text;
}
