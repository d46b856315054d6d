import { msText } from '../../common/time/ms-text.js';
import { HOPS, type Hops } from '../../metrics/hops.js';
import { hopStretches, type Stretch } from '../../metrics/stretches.js';
import { hopColor, hopWords } from '../../page/common/hops.js';
import type { JsonObject } from '../../sessions/types.js';
import { html, type Markup } from '../support/output/html.js';

/** Returns the steps of an answer's time as a table with a bar for each; undefined when they were not saved. */
export function waterfall(metrics: JsonObject): Markup | undefined {
  const e2eMs = numberOf(metrics.e2eMs);
  const stretches = hopStretches(hopsOf(metrics.hops), e2eMs);
  const totalMs = Math.max(0, ...stretches.map(({ endMs }) => endMs));
  if (totalMs === 0) return undefined;
  const ttftMs = numberOf(metrics.ttftMs);
  const first = ttftMs === undefined ? '' : `first token after ${msText(ttftMs)}, `;
  return html`<details open><summary>Waterfall: ${first}${msText(totalMs)} in all</summary>
<table class="hops"><thead><tr><th scope="col">Step</th><td></td><th scope="col">Time</th><th scope="col">Spent by</th></tr></thead>
<tbody>${stretches.map((stretch) => row(stretch, totalMs))}</tbody></table></details>`;
}

function row({ name, label, startMs, endMs }: Stretch, totalMs: number): Markup {
  const [left, width] = [startMs, endMs - startMs].map((ms) => `${((100 * ms) / totalMs).toFixed(3)}%`);
  const color = name === 'output' ? 'var(--answer)' : hopColor(name);
  const place = name === 'output' ? 'the provider' : hopWords(name, false).place;
  return html`<tr><th scope="row">${label}</th><td><span class="track" aria-hidden="true"><span style="left:${left};width:${width};background:${color}"></span></span></td><td>${msText(endMs - startMs)}</td><td>${place}</td></tr>`;
}

function hopsOf(value: unknown): Hops {
  const saved: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return Object.fromEntries(
    HOPS.flatMap(({ name }) => {
      const ms = numberOf(saved[name]);
      return ms === undefined ? [] : [[name, ms]];
    }),
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
