import type { LoggedExchange } from '../../state/exchange/exchange-log.js';
import { sanitize, sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { count, duration, timeOfDay } from '../style/format.js';
import { cut, type Line, spread } from '../style/line.js';
import { providerLines } from './provider.js';
import { requestLines } from './request.js';

/** The last exchanges, newest first, around the chosen one. */
export function exchangeListLines(
  exchanges: readonly LoggedExchange[],
  index: number,
  { choose, close }: KeyHints,
  width: number,
  height: number,
): readonly Line[] {
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(index - Math.floor(room / 2), exchanges.length - room));
  const total = exchanges[0]?.number ?? 0;
  const title: Line =
    total > exchanges.length
      ? [['bold', 'Exchanges'], ` the last ${exchanges.length} of ${count(total)}`]
      : [['bold', 'Exchanges']];
  const head = spread(title, [['dim', `${choose} opens, ${close} closes`]], width);
  return [
    head,
    ...exchanges.slice(from, from + room).map((exchange, row): Line => {
      const { number, atMs, endpoint, end } = exchange;
      const chosen = from + row === index;
      const left: Line = [
        chosen ? ['accent', '› '] : '  ',
        `#${number} ${timeOfDay(atMs)} `,
        ['dim', `${sanitizeLine(endpoint.name)} ${sanitizeLine(endpoint.model)}`],
      ];
      const ttft = end?.metrics?.ttftMs;
      const figures = ttft === undefined ? '' : `TTFT ${duration(ttft)} `;
      return spread(cut(left, width), [figures, end?.outcome ?? 'running'], width);
    }),
  ];
}

/** All that is known of one exchange: its course, request, response and events with their times. */
export function inspectorLines(exchange: LoggedExchange, width: number): readonly Line[] {
  const { number, endpoint, request, response, events, left, letGo, end } = exchange;
  const heading = (text: string): Line[] => [[], [['bold', text]]];
  const { metrics } = end ?? {};
  const lines: Line[] = [
    spread(
      [['title', `Exchange #${number}`], ` ${end?.outcome ?? 'running'}`],
      [['dim', 'n, p: next, previous']],
      width,
    ),
    ...wrapped(`${request?.method ?? 'POST'} ${request?.url ?? endpoint.url}`, width),
  ];
  if (end?.error !== undefined) lines.push(...wrapped(`failed: ${end.error}`, width));
  if (metrics !== undefined) {
    lines.push(
      ...heading('Where the time went'),
      ...requestLines({ kind: 'done', metrics, samples: [] }, Math.min(width, 60), 24),
    );
    const told = providerLines(metrics);
    if (told.length > 0)
      lines.push(
        ...heading('The wait, and what the provider reports'),
        ...told.flatMap((text) => wrapped(text, width)),
      );
  }
  lines.push(...heading('Request'));
  if (request === undefined) lines.push(...wrapped(letGo ? LET_GO : 'nothing was sent', width));
  else lines.push(...headerLines(request.headers, width), [], ...wrapped(request.body, width));
  lines.push(...heading('Response'));
  if (response === undefined) lines.push([['dim', 'no headers have come']]);
  else {
    lines.push([`status ${response.statusCode}`]);
    if (end?.finishReason !== undefined) lines.push(...wrapped(`finish_reason: ${end.finishReason}`, width));
    lines.push(...headerLines(response.headers, width));
  }
  lines.push(...heading(`Events: ${count(events.length + left)}`));
  for (const { tMs, type, text } of events) {
    const shown = sanitizeLine(JSON.stringify(text));
    lines.push(
      cut([['dim', `${tMs.toFixed(1).padStart(9)} ms  `], ['accent', type.padEnd(10)], shown], width),
    );
  }
  if (left > 0) lines.push([['dim', `and ${count(left)} more that were not kept`]]);
  return lines;
}

function headerLines(headers: Readonly<Record<string, string>>, width: number): Line[] {
  return Object.entries(headers).flatMap(([name, value]) => wrapped(`${name}: ${value}`, width));
}

const LET_GO =
  'The request and the events were let go for those of later exchanges. A conversation that is saved still has its messages and the times of their pieces.';

function wrapped(text: string, width: number): Line[] {
  return sanitize(text)
    .split('\n')
    .flatMap((line) => wrapLine(line, { width }).map((piece): Line => [shownPiece(line, piece)]));
}
