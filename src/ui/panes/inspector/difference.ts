import { parseJson } from '../../../common/json.js';
import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { tokenRateOf } from '../../../metrics/speed.js';
import type { LoggedExchange } from '../../../state/exchange/exchange-log.js';
import { sanitizeLine } from '../../../state/text/sanitize.js';
import { bytes, count, duration, tokenRate, UNKNOWN } from '../../style/format.js';
import { cut, type Line, spread } from '../../style/line.js';
import { sharedWaterfall } from '../waterfall/against.js';
import { wrapped } from './detail.js';
import { jsonDifferences } from './json-difference.js';
import { endingOf } from './list.js';

const COLUMN = 12;
const LABEL_WIDTH = 14;
/** How much of a differing value is shown, in UTF-16 units. Its beginning is enough to recognize it. */
const MAX_VALUE = 400;

/** Returns the differences between two exchanges: figures, steps, request and response headers. */
export function differenceLines(
  before: LoggedExchange,
  after: LoggedExchange,
  width: number,
): readonly Line[] {
  const heading = (text: string): Line[] => [[], [['bold', text]]];
  const [one, other] = [before.end?.metrics, after.end?.metrics];
  const inner = Math.min(width, 72);
  const lines: Line[] = [
    spread(
      [['title', `#${after.number} against #${before.number}`]],
      [['dim', `${endingOf(after)} against ${endingOf(before)}`]],
      width,
    ),
    ...(before.endpoint.name === after.endpoint.name && before.endpoint.model === after.endpoint.model
      ? []
      : [named(before), named(after)]),
  ];
  if (one !== undefined && other !== undefined) {
    lines.push(
      ...heading('Figures'),
      ...figures(before, one, after, other, inner),
      [],
      ...sharedWaterfall(
        [
          { name: `#${before.number}`, metrics: [one] },
          { name: `#${after.number}`, metrics: [other] },
        ],
        inner,
      ),
    );
  }
  lines.push(...heading('Request'), ...requestDifference(before, after, width));
  lines.push(...heading('Response headers'), ...headerDifference(before, after, width));
  return lines;
}

function named({ number, endpoint }: LoggedExchange): Line {
  return [['dim', `#${number} ${sanitizeLine(endpoint.name)} ${sanitizeLine(endpoint.model)}`]];
}

interface Compared {
  readonly label: string;
  readonly of: (metrics: ExchangeMetrics) => number | undefined;
  /** @param estimated whether the exchange's token count is an estimate */
  readonly shown: (value: number, estimated: boolean) => string;
  /** Whether the figure uses the token count. */
  readonly ofTokens?: true;
}

const COMPARED: readonly Compared[] = [
  { label: FIGURES.ttft.label, of: ({ ttftMs }) => ttftMs, shown: duration },
  { label: FIGURES.e2e.label, of: ({ e2eMs }) => e2eMs, shown: duration },
  {
    label: FIGURES.rate.label,
    of: ({ speed }) => tokenRateOf(speed),
    shown: tokenRate,
    ofTokens: true,
  },
  { label: FIGURES.tokens.label, of: ({ outputTokens }) => outputTokens, shown: count, ofTokens: true },
  { label: 'gaps p50', of: ({ gaps }) => gaps?.p50, shown: duration },
  { label: 'gaps p95', of: ({ gaps }) => gaps?.p95, shown: duration },
  { label: 'longest gap', of: ({ gaps }) => gaps?.max, shown: duration },
  { label: FIGURES.paint.label, of: ({ paints }) => paints?.p99, shown: duration },
  { label: FIGURES.chunks.label, of: ({ chunks }) => chunks, shown: (value) => count(value) },
  { label: FIGURES.bytes.label, of: ({ bytes: all }) => all, shown: bytes },
  { label: 'prompt tokens', of: ({ promptTokens }) => promptTokens, shown: (value) => count(value) },
  { label: FIGURES.cached.label, of: ({ cachedTokens }) => cachedTokens, shown: (value) => count(value) },
  { label: FIGURES.attempts.label, of: ({ attempts }) => attempts, shown: (value) => count(value) },
];

function figures(
  before: LoggedExchange,
  one: ExchangeMetrics,
  after: LoggedExchange,
  other: ExchangeMetrics,
  width: number,
): Line[] {
  const column = Math.min(COLUMN, Math.floor((width - LABEL_WIDTH) / 3));
  const narrow = column < COLUMN - 2;
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(column)).join('');
  const rowOf = (label: string, values: readonly [string, string, string]): Line[] => {
    if (!narrow) return [spread([['dim', label]], [cells(values)], width)];
    const [was, is, change] = values;
    return [[['dim', label]], [`  ${was} → ${is}${change === '' ? '' : `, ${change}`}`]];
  };
  return [
    ...(narrow
      ? []
      : [spread([], [['dim', cells([`#${before.number}`, `#${after.number}`, 'change'])]], width)]),
    ...COMPARED.flatMap(({ label, of, shown, ofTokens }) => {
      const [was, is] = [of(one), of(other)];
      if (was === undefined && is === undefined) return [];
      const text = (value: number | undefined, { tokensEstimated }: ExchangeMetrics): string =>
        value === undefined ? UNKNOWN : shown(value, tokensEstimated);
      // An estimate can't be compared with a count.
      const comparable = ofTokens === undefined || one.tokensEstimated === other.tokensEstimated;
      return rowOf(label, [text(was, one), text(is, other), comparable ? changeOf(was, is) : '']);
    }),
  ];
}

/** Returns e.g. `+18 %`; empty without both values, without a change, or from 0. */
function changeOf(was: number | undefined, is: number | undefined): string {
  if (was === undefined || is === undefined || was === is || was === 0) return '';
  const percent = Math.round((100 * (is - was)) / was);
  return `${percent < 0 ? '−' : '+'}${count(Math.abs(percent))} %`;
}

function requestDifference(before: LoggedExchange, after: LoggedExchange, width: number): readonly Line[] {
  const [one, other] = [before.request, after.request];
  if (one === undefined || other === undefined) return wrapped('One of the two requests is not kept.', width);
  const { body, ...head } = one;
  const { body: otherBody, ...otherHead } = other;
  const bodies = [parseJson(body), parseJson(otherBody)];
  if (bodies.includes(undefined))
    return [
      ...differences(jsonDifferences(head, otherHead), width),
      ...(body === otherBody ? [] : wrapped('The bodies differ, and are too long to compare.', width)),
    ];
  const [first, second] = bodies;
  return differences(jsonDifferences({ ...head, body: first }, { ...otherHead, body: second }), width);
}

function headerDifference(before: LoggedExchange, after: LoggedExchange, width: number): readonly Line[] {
  const of = ({ response }: LoggedExchange): Record<string, unknown> =>
    response === undefined ? {} : { status: response.statusCode, ...response.headers };
  return differences(jsonDifferences(of(before), of(after)), width);
}

function differences(found: ReturnType<typeof jsonDifferences>, width: number): readonly Line[] {
  if (found.length === 0) return SAME;
  const side = (sign: string, value: string | undefined): Line[] =>
    value === undefined ? [] : [cut([`  ${sign} ${sanitizeLine(value.slice(0, MAX_VALUE))}`], width)];
  return found.flatMap(({ path, before, after }) => [
    cut([['dim', sanitizeLine(path)]], width),
    ...side('−', before),
    ...side('+', after),
  ]);
}

const SAME: readonly Line[] = [[['dim', 'the same']]];
