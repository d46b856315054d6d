import type { Summary } from '../figures/distribution.js';
import { aligned } from '../report/table.js';
import { answerInterval, type Curve, unitOf } from './curve.js';
import type { Verdict } from './level.js';
import { serverTable } from './server-columns.js';

/** A table. The first row has the names of the columns. */
export interface Table {
  /** Number of columns with labels; the others have figures. */
  readonly labels: number;
  readonly rows: readonly (readonly string[])[];
}

const AT_ITS_LIMIT =
  'this process or machine was slow, and its delays are part of the figures (--json has the reasons)';

/** Returns the figures of all loads as a table, without columns that would be empty. */
export function curveTable(curve: Curve): Table {
  const { levels } = curve;
  const ms = (summary: Summary | undefined, name: 'p50' | 'p95' | 'p99'): string =>
    summary === undefined ? '' : `${summary[name].toFixed(summary[name] < 100 ? 1 : 0)} ms`;
  const figures = ['done/s', 'tok/s', 'good/s', 'TTFT p50', 'p95', 'p99', 'TPOT p50', 'E2E p95', 'failed'];
  const head = [unitOf(curve), '', ...figures];
  const rows = levels.map(({ load, report, verdict, steady, warnings }) => [
    String(load),
    [
      [...(verdict === undefined ? [] : [verdictText(verdict)]), ...(steady ? [] : ['not steady'])].join(
        ', ',
      ),
      ...(warnings.length === 0 ? [] : ['!']),
    ]
      .join(' ')
      .trimStart(),
    perSecond(report.requestsPerSecond),
    report.outputTokensPerSecond.toFixed(0),
    report.goodput === undefined ? '' : perSecond(report.goodput.perSecond),
    ms(report.latency.ttft, 'p50'),
    ms(report.latency.ttft, 'p95'),
    ms(report.latency.ttft, 'p99'),
    ms(report.latency.tpot, 'p50'),
    ms(report.latency.e2e, 'p95'),
    failedShare(report.failed, report.completed),
  ]);
  const all = [head, ...rows];
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const shown = all.map((row) => row.filter((_, column) => used[column]));
  return { labels: used[1] ? 2 : 1, rows: shown };
}

/** Explains the marks in the table, and how to get missing figures. */
export function curveNotes(curve: Curve): string[] {
  const { levels } = curve;
  return [
    ...shortWindows(curve),
    ...(levels.some(({ report }) => report.completed > 0 && report.requestsPerSecond === 0)
      ? [
          'use a longer --duration: at some loads no answer ended between the warm-up and the last request, so done/s is 0',
        ]
      : []),
    ...(levels.some(({ verdict }) => verdict?.clear === false)
      ? ['?  the confidence interval includes the limit']
      : []),
    ...(levels.some(({ warnings }) => warnings.length > 0) ? [`!  ${AT_ITS_LIMIT}`] : []),
  ];
}

/** With windows of this many answers' length, simulated searches of a service without a queue were within 5 %. */
const EXACT_WINDOWS = 25;

/** Returns a note when the windows of a search are short compared with the answers. */
function shortWindows({ levels, found }: Curve): string[] {
  const answer = levels.find(({ load }) => load === found?.kept);
  const answerMs = answer?.report.latency.e2e?.mean;
  if (answerMs === undefined) return [];
  const windowMs = Math.max(...levels.map(({ tookMs }) => tookMs));
  const times = windowMs / answerMs;
  if (times >= EXACT_WINDOWS) return [];
  const seconds = Math.ceil((EXACT_WINDOWS * answerMs) / 1000);
  return [
    `use --duration ${seconds} or more for a more exact result: no load ran longer than ${times.toFixed(1)} times the mean answer`,
  ];
}

/** Formats the curve as text. */
export function curveText(curve: Curve): string {
  const { labels, rows } = curveTable(curve);
  const server = serverTable(curve.levels, unitOf(curve));
  const answer = curveAnswer(curve);
  const notes = curveNotes(curve);
  return [
    aligned(rows, labels).trimEnd(),
    ...(server.length === 0 ? [] : ['', 'at the server', aligned(server, 1).trimEnd()]),
    ...(answer.length === 0 ? [] : ['', ...answer]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n');
}

function perSecond(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function failedShare(failed: number, completed: number): string {
  return failed === 0 ? '' : `${((100 * failed) / (failed + completed)).toFixed(1)} %`;
}

function verdictText({ kept, clear, fellBehind }: Verdict): string {
  return `${kept ? 'met' : 'missed'}${clear ? '' : '?'}${fellBehind ? ' (requests pile up)' : ''}`;
}

/** Returns the answer of a search, then a line for each condition at that load; empty for a sweep. */
export function curveAnswer(curve: Curve): string[] {
  const { found, levels } = curve;
  if (found === undefined) return [];
  const unit = unitOf(curve);
  if (found.kept === undefined) {
    const lowest = found.missed === undefined ? '' : `: already ${found.missed} ${unit} misses it`;
    return [`No load meets the SLO${lowest}`, ...conditionLines(levels[0]?.verdict)];
  }
  const { low, high } = answerInterval(curve);
  const range = [
    low === null ? 'no load surely meets it' : `${low} surely meets it`,
    ...(high === null ? [] : [`${high} surely misses it`]),
  ].join(', ');
  // A search that the user stopped may have begun the test of a higher load.
  const untested =
    levels.at(-1)?.load === found.kept ? 'no higher load was tested' : 'no higher load was tested to its end';
  const most =
    found.missed === undefined ? `${found.kept} ${unit} or more (${untested})` : `${found.kept} ${unit}`;
  const answer = levels.find(({ load }) => load === found.kept);
  return [`The SLO is met up to ${most} (99 % confidence: ${range})`, ...conditionLines(answer?.verdict)];
}

function conditionLines(verdict: Verdict | undefined): string[] {
  return (verdict?.conditions ?? []).map(({ text, kept, share, curve = share?.value, of }) => {
    const nearby =
      curve === undefined || curve === share?.value
        ? ''
        : `; by the curve through the loads near it, ${percent(curve)}`;
    const is =
      share === undefined
        ? ''
        : `: ${percent(share.value)} of ${of} requests are good (confidence interval: ${percent(share.low)} to ${percent(share.high)})${nearby}`;
    return `  ${kept ? 'met   ' : 'MISSED'}  ${text}${is}`;
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
