import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import type { LoggedExchange } from '../../../state/exchange/exchange-log.js';
import { sanitize, sanitizeLine } from '../../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../../state/text/wrap.js';
import type { KeyHints } from '../../../state/view/key-hints.js';
import { count } from '../../style/format.js';
import { cut, type Line, spread } from '../../style/line.js';
import { providerLines } from '../provider.js';
import { requestFigures, requestLines } from '../request.js';
import { waterfallAgainst } from '../waterfall/against.js';
import { verdictOn } from '../waterfall/verdict.js';
import { endingOf } from './list.js';

/** A median of fewer other answers has no meaning. */
const MEDIAN_FROM = 2;

/**
 * Returns everything about one exchange: its figures, request, response, and events with their times.
 * @param all the last exchanges; the steps are compared with those to the same model
 */
export function inspectorLines(
  exchange: LoggedExchange,
  all: readonly LoggedExchange[],
  { copy }: Pick<KeyHints, 'copy'>,
  width: number,
): readonly Line[] {
  const { number, endpoint, request, response, events, left, dropped, end } = exchange;
  const heading = (text: string): Line[] => [[], [['bold', text]]];
  const { metrics } = end ?? {};
  const lines: Line[] = [
    spread(
      [['title', `Exchange #${number}`], ` ${endingOf(exchange)}`],
      [['dim', `${sanitizeLine(endpoint.name)} ${sanitizeLine(endpoint.model)}`]],
      width,
    ),
    ...wrapped(`${request?.method ?? 'POST'} ${request?.url ?? endpoint.url}`, width),
  ];
  const summary = `${copy} copies a support summary: no key, no content`;
  lines.push(...wrapLine(summary, { width }).map((piece): Line => [['dim', shownPiece(summary, piece)]]));
  if (end?.error !== undefined) lines.push(...wrapped(`failed: ${end.error}`, width));
  if (metrics !== undefined) {
    lines.push(
      ...heading('Where the time went'),
      ...figureLines(exchange, metrics, all, Math.min(width, 72)),
    );
    const reported = providerLines(metrics);
    if (reported.length > 0)
      lines.push(
        ...heading('The wait, and what the provider reports'),
        ...reported.flatMap((text) => wrapped(text, width)),
      );
  }
  lines.push(...heading('Request'));
  if (request === undefined) lines.push(...wrapped(dropped ? DROPPED : 'nothing was sent', width));
  else lines.push(...headerLines(request.headers, width), [], ...wrapped(request.body, width));
  lines.push(...heading('Response'));
  if (response === undefined) lines.push([['dim', 'no response headers yet']]);
  else {
    lines.push([`status ${response.statusCode}`]);
    if (end?.finishReason !== undefined) lines.push(...wrapped(`finish_reason: ${end.finishReason}`, width));
    if (end?.malformedEvents !== undefined)
      lines.push(
        ...wrapped(`could not be read: ${count(end.malformedEvents)} events or parts of them`, width),
      );
    if (end?.repeatedChars !== undefined)
      lines.push(
        ...wrapped(
          `the provider repeated ${count(end.repeatedChars)} characters, which the answer leaves out`,
          width,
        ),
      );
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

function figureLines(
  { number, endpoint, end, outputOverTime }: LoggedExchange,
  metrics: ExchangeMetrics,
  all: readonly LoggedExchange[],
  width: number,
): readonly Line[] {
  const others = all.flatMap((other) =>
    other.number !== number &&
    other.endpoint.name === endpoint.name &&
    other.endpoint.model === endpoint.model &&
    other.end?.metrics?.ttftMs !== undefined
      ? [other.end.metrics]
      : [],
  );
  const { outcome = 'complete' } = end ?? {};
  const request = { kind: 'done', outcome, metrics, outputOverTime } as const;
  if (others.length < MEDIAN_FROM) return requestLines(request, width, ALL_ROWS);
  const verdict = verdictOn(metrics);
  return [
    ...requestFigures(request, width, outputOverTime === undefined ? 0 : TIMELINE_ROWS),
    ...waterfallAgainst(metrics, others, width),
    ...(verdict === undefined ? [] : wrapped(verdict, width)),
  ];
}

const TIMELINE_ROWS = 3;
/** More rows than the figures and the waterfall need. */
const ALL_ROWS = 100;

const DROPPED =
  'The request and its events were dropped to make room for later exchanges. A saved conversation still has its messages and their timing.';

function headerLines(headers: Readonly<Record<string, string>>, width: number): Line[] {
  return Object.entries(headers).flatMap(([name, value]) => wrapped(`${name}: ${value}`, width));
}

/** Sanitizes and wraps a text from outside. */
export function wrapped(text: string, width: number): Line[] {
  return sanitize(text)
    .split('\n')
    .flatMap((line) => wrapLine(line, { width }).map((piece): Line => [shownPiece(line, piece)]));
}
