import { counted } from '../../common/text/counted.js';
import { costBasis, costText } from '../../metrics/cost.js';
import { describeLimits } from '../conditions/request-limits.js';
import type { Statistic, Summary } from '../figures/distribution.js';
import { LATENCIES, type Report } from '../figures/tally.js';
import type { TurnFigures } from '../figures/turns.js';

/** One endpoint's results. */
export interface Run {
  mode: string;
  report: Report;
}

/** The statistics that fit into 80 columns; the JSON report has all. */
const COLUMNS = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const satisfies readonly Statistic[];

/** Formats the latencies of all runs. For each figure, the runs are one below the other. */
export function latencyTable(runs: readonly Run[]): string {
  const several = runs.length > 1;
  const rows = LATENCIES.flatMap((name) =>
    runs.flatMap(({ mode, report }, index) => {
      const summary = report.latency[name];
      const label = index === 0 ? name.toUpperCase() : '';
      const mark = name === 'tpot' && report.tokensEstimated ? '~' : '';
      return summary === undefined ? [] : [[label, ...(several ? [mode] : []), ...cells(summary, mark)]];
    }),
  );
  if (rows.length === 0) return '';
  return aligned([['', ...(several ? [''] : []), ...COLUMNS], ...rows], several ? 2 : 1);
}

/**
 * Formats the rest of one run's report: outcomes, rates, goodput, errors and the test's own overhead.
 * @param promptRate prompt tokens a second; undefined when the provider sends no count
 */
export function runText({ report }: Run, loop: 'closed' | 'open', promptRate?: number): string {
  const { completed, failed, durationMs, latency, goodput, lag, errors, withheld, malformed } = report;
  const estimated = report.tokensEstimated ? '~' : '';
  const rows = [
    ['requests', `${completed} complete, ${failed} failed, in ${(durationMs / 1000).toFixed(1)} s`],
    [
      'throughput',
      `${rate(report.requestsPerSecond)} requests/s, ${estimated}${rate(report.outputTokensPerSecond)} output tokens/s${promptText(report, promptRate)}`,
    ],
    ...(report.cost === undefined
      ? []
      : [['cost', `${costText(report.cost)} ${costBasis(report.cost, report.unpriced)}`]]),
    ...(goodput === undefined
      ? []
      : [
          [
            'goodput',
            `${rate(goodput.perSecond)} requests/s (${(100 * goodput.share).toFixed(1)} %) with ${describeLimits(goodput.limits)}`,
          ],
        ]),
    ...(lag === undefined
      ? []
      : [
          [
            'overhead',
            `sent later than intended: p50 ${msText(lag.p50)}, p99 ${msText(lag.p99)}, max ${msText(lag.max)}`,
          ],
        ]),
    [lag === undefined ? 'overhead' : '', loop === 'open' ? OPEN_LOOP : CLOSED_LOOP],
    ...(completed > 0 && latency.ttft === undefined ? [['no TTFT', NO_TTFT]] : []),
    ...withheldRows(withheld),
    ...(malformed.events === 0 ? [] : [['unreadable', malformedText(malformed)]]),
    ...errors.map(({ errorClass, count, example }, index) => [
      index === 0 ? 'errors' : '',
      `${count} ${errorClass}: ${example}`,
    ]),
  ];
  return rows.map(([label = '', text = '']) => `${label.padEnd(10)}  ${text}\n`).join('');
}

function promptText({ outputTokensPerSecond }: Report, promptRate: number | undefined): string {
  return promptRate === undefined
    ? ''
    : `, ${rate(promptRate + outputTokensPerSecond)} tokens/s with the prompts`;
}

const OPEN_LOOP = 'open loop: since the intended send time (no coordinated omission)';
const CLOSED_LOOP = 'closed loop: a slow answer delays the next; --rate counts the wait';

const NO_TTFT = 'no answer streamed any output';

function withheldRows(withheld: Report['withheld']): string[][] {
  const counts = Object.entries(withheld);
  if (counts.length === 0) return [];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const reasons = counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
  return [['withheld', `TPOT of ${counted(total, 'answer')}: ${reasons}`]];
}

function malformedText({ events, answers }: Report['malformed']): string {
  const inAnswers = `in ${counted(answers, 'answer')}`;
  return `${events} ${events === 1 ? 'event, or a part of it,' : 'events, or parts of them,'} ${inAnswers}`;
}

function cells(summary: Summary, mark: string): string[] {
  return COLUMNS.map((name) => `${mark}${msText(summary[name])}`);
}

/** Formats one row of figures for each turn; empty when no conversation has a second turn. */
export function turnsTable(turns: readonly TurnFigures[]): string {
  if (turns.length < 2) return '';
  const ms = (summary: Summary | undefined, name: Statistic): string =>
    summary === undefined ? '' : msText(summary[name]);
  const tokens = (count: number | undefined): string => (count === undefined ? '' : count.toFixed(0));
  const rows = turns.map(({ turn, completed, failed, promptTokens, cachedTokens, ttft, tpot, e2e }) => [
    `turn ${turn}`,
    String(completed),
    String(failed),
    tokens(promptTokens),
    tokens(cachedTokens),
    ms(ttft, 'p50'),
    ms(ttft, 'p95'),
    ms(tpot, 'p50'),
    ms(e2e, 'p50'),
  ]);
  const head = ['', 'complete', 'failed', 'prompt', 'cached', 'TTFT p50', 'p95', 'TPOT p50', 'E2E p50'];
  return aligned([head, ...rows], 1);
}

/** Aligns a table. @param labels number of left-aligned columns; the others are right-aligned */
export function aligned(rows: readonly (readonly string[])[], labels: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < labels ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function msText(ms: number): string {
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

function rate(perSecond: number): string {
  return perSecond.toFixed(perSecond < 1 ? 2 : perSecond < 100 ? 1 : 0);
}
