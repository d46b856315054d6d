import { VERSION } from '../../../common/program/version.js';
import { describeLimits } from '../../../loadtest/conditions/request-limits.js';
import { STATISTICS } from '../../../loadtest/figures/distribution.js';
import { failingSince } from '../../../loadtest/figures/failures.js';
import { short } from '../../../loadtest/figures/short.js';
import { LATENCIES, type Report } from '../../../loadtest/figures/tally.js';
import { promptTokensPerSecond } from '../../../loadtest/figures/throughput.js';
import type { TokenFigures } from '../../../loadtest/figures/tokens.js';
import { instrumentWarnings } from '../../../loadtest/load/instrument.js';
import { costText } from '../../../metrics/cost.js';
import { filledPage, html, type Markup } from '../../support/output/html.js';
import { pageTemplate } from '../../support/output/pages.js';
import type { Setup } from '../setup.js';
import { curveMarkup } from './curve-page.js';
import { type EndpointRun, meanInFlightOf } from './endpoint-run.js';
import { hasCharts, MOST_REQUESTS, pageRuns } from './page-data.js';
import { failingText, foundText, stoppedText, trimText } from './result-text.js';

/**
 * Returns the report as one self-contained HTML page.
 * @param report the same report as JSON, which the page's charts use
 * @param notes further reasons to doubt the figures
 */
export function reportPage(
  runs: readonly EndpointRun[],
  setup: Setup,
  report: Readonly<Record<string, unknown>>,
  notes: readonly string[] = [],
): string {
  const names = [...new Set(runs.map(({ mode, model }) => `${mode} ${model}`))].join(', ');
  const started = String(report.started_at);
  return filledPage(pageTemplate('bench'), {
    title: `Load test: ${names}`,
    content: html`<header><div class="page-tools"></div><h1>Load test: ${names}</h1>
<p class="soft">${setup.text}, started ${started.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</p></header>
<noscript><p class="warnings">The charts need JavaScript. The tables below do not.</p></noscript>
${warnings(notes)}
<main>${runs.map((run, number) => runSection(run, setup, number))}
<section><h2>Configuration</h2>${configuration(report.load)}</section></main>
<footer class="soft"><p>vastar-tui ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}</p></footer>`,
    data: { load: report.load, runs: pageRuns(report.runs) },
  });
}

function warnings(texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined;
  return html`<div class="warnings" role="note"><strong>These figures are doubtful</strong><ul>${texts.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

function runSection(run: EndpointRun, setup: Setup, number: number): Markup {
  const { mode, model, url, report, instrument } = run;
  const stopped = stoppedText(run);
  return html`<section id="run-${number}"><h2>${mode}: ${model}</h2><p class="soft">${url}</p>
${warnings(instrumentWarnings(instrument, report))}
${stopped === undefined ? undefined : html`<p class="note">Stopped ${stopped}</p>`}
${run.curve === undefined ? undefined : curveMarkup(run.curve)}
${cards(run)}
${run.trim === undefined ? undefined : html`<p class="note">Excluded: ${trimText(run.trim)}</p>`}
${latencies(run, setup)}
${conditions(run)}
${turns(run)}
${errors(run)}
${hasCharts(report) ? undefined : html`<p class="note">There are no charts, because the test has more than ${MOST_REQUESTS.toLocaleString('en')} requests. Use --json or --csv for the figures of each request.</p>`}
</section>`;
}

function cards(run: EndpointRun): Markup {
  const { report, tokens, maxInFlight, unsent } = run;
  const { completed, failed, goodput, cost } = report;
  const all: [string, string][] = [
    ['complete', String(completed)],
    ['failed', String(failed)],
    ['duration', `${(report.durationMs / 1000).toFixed(1)} s`],
    ['requests/s', report.requestsPerSecond.toFixed(2)],
    ['output tokens/s', `${report.tokensEstimated ? '~' : ''}${report.outputTokensPerSecond.toFixed(1)}`],
    ...tokenCards(tokens, report),
    ['most in flight', String(maxInFlight)],
    ['in flight on average', meanInFlightOf(run).toFixed(1)],
    ...(goodput === undefined
      ? []
      : [
          [`with ${describeLimits(goodput.limits)}`, `${(100 * goodput.share).toFixed(1)} %`] satisfies [
            string,
            string,
          ],
        ]),
    ...(unsent === 0 ? [] : [['never sent', String(unsent)] satisfies [string, string]]),
    ...(cost === undefined ? [] : [['approximate cost', costText(cost)] satisfies [string, string]]),
  ];
  return html`<ul class="cards">${all.map(([label, value]) => html`<li><b>${value}</b>${label}</li>`)}</ul>`;
}

function tokenCards(tokens: TokenFigures, { durationMs }: Report): [string, string][] {
  const { prompt, cached } = tokens;
  if (prompt === undefined) return [];
  return [
    ['prompt tokens/s', (promptTokensPerSecond(tokens, durationMs) ?? 0).toFixed(1)],
    ['prompt tokens on average', prompt.mean.toFixed(1)],
    ...(cached === undefined || cached === 0
      ? []
      : [
          ['of them from the cache', `${((100 * cached) / prompt.total).toFixed(1)} %`] satisfies [
            string,
            string,
          ],
        ]),
  ];
}

function latencies({ report }: EndpointRun, { loop }: Setup): Markup | undefined {
  const rows = LATENCIES.flatMap((name) => {
    const summary = report.latency[name];
    return summary === undefined ? [] : [{ name: name.toUpperCase(), summary }];
  });
  if (report.lag !== undefined) rows.push({ name: 'arrival lag', summary: report.lag });
  if (rows.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0"><table><caption class="note">Latencies in ms. TTFT and E2E count from the ${loop === 'open' ? 'intended send time' : 'send'} of each request.</caption><thead><tr><th scope="col">figure</th><th scope="col">count</th>${STATISTICS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ({ name, summary }) =>
      html`<tr><th scope="row">${name}</th><td>${summary.count}</td>${STATISTICS.map((one) => html`<td>${short(summary[one]).toFixed(3)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

function conditions({ checks, slo }: EndpointRun): Markup | undefined {
  if (checks.length + slo.length === 0) return undefined;
  const rows = [
    ...slo.map((one) => html`<li>${one.passed ? 'SLO met' : 'SLO MISSED'}: ${foundText(one)}</li>`),
    ...checks.map((one) => html`<li>${one.passed ? 'passed' : 'FAILED'}: ${foundText(one)}</li>`),
  ];
  return html`<h3>Conditions</h3><ul>${rows}</ul>`;
}

function turns({ turns }: EndpointRun): Markup | undefined {
  if (turns.length < 2) return undefined;
  const cell = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));
  return html`<h3>By turn</h3><div class="scroll" tabindex="0"><table><thead><tr>${['turn', 'complete', 'failed', 'prompt tokens', 'cached', 'TTFT p50', 'TTFT p95', 'TPOT p50', 'E2E p50'].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${turns.map(
    (one) =>
      html`<tr><th scope="row">${one.turn}</th><td>${one.completed}</td><td>${one.failed}</td><td>${cell(one.promptTokens)}</td><td>${cell(one.cachedTokens)}</td><td>${cell(one.ttft?.p50)}</td><td>${cell(one.ttft?.p95)}</td><td>${cell(one.tpot?.p50)}</td><td>${cell(one.e2e?.p50)}</td></tr>`,
  )}</tbody></table></div>`;
}

function errors({ report, tally }: EndpointRun): Markup | undefined {
  if (report.errors.length === 0) return undefined;
  const since = failingSince(tally.samples);
  return html`<h3>Failures</h3>${since === undefined ? undefined : html`<p>${failingText(since)}</p>`}<div class="scroll" tabindex="0"><table class="text"><thead><tr><th scope="col">class</th><th scope="col">count</th><th scope="col">most frequent message</th></tr></thead><tbody>${report.errors.map(
    ({ errorClass, count, example }) =>
      html`<tr><th scope="row">${errorClass}</th><td>${count}</td><td>${example}</td></tr>`,
  )}</tbody></table></div>`;
}

/** Returns a table of the report's member `load`, with a row for each value. */
function configuration(load: unknown): Markup {
  const rows = flat(load, '').map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  );
  return html`<table class="text"><tbody>${rows}</tbody></table>`;
}

function flat(value: unknown, name: string): [string, string][] {
  if (value === null || value === '' || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, name === '' ? key : `${name}.${key}`));
}
