import { type Curve, unitOf } from '../../../loadtest/search/curve.js';
import { curveAnswer, curveNotes, curveTable } from '../../../loadtest/search/curve-text.js';
import { serverTable } from '../../../loadtest/search/server-columns.js';
import { html, type Markup } from '../../support/output/html.js';

/**
 * Returns the results of several loads as markup: the answer, a table of the loads, and a table of the server's
 * figures.
 */
export function curveMarkup(curve: Curve): Markup {
  const unit = unitOf(curve);
  const [answer, ...conditions] = curveAnswer(curve);
  const { labels, rows } = curveTable(curve);
  const server = serverTable(curve.levels, unit);
  const notes = curveNotes(curve);
  const shown = String(curve.shown);
  return html`<h3>Loads</h3>
${answer === undefined ? undefined : html`<p><strong>${answer}</strong></p><ul>${conditions.map((line) => html`<li>${line.trim()}</li>`)}</ul>`}
${loadTable('The figures of each load', rows, labels, shown)}
${notes.length === 0 ? undefined : html`<ul class="note">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${server.length === 0 ? undefined : loadTable('At the server', server, 1, shown)}
<h3>${curve.found === undefined ? 'The load with the most good answers' : 'The load of the answer'}: ${shown} ${unit}</h3>`;
}

/** @param shown the load whose row is marked */
function loadTable(
  caption: string,
  [head = [], ...rows]: readonly (readonly string[])[],
  labels: number,
  shown: string,
): Markup {
  const cell = (text: string, column: number): Markup => {
    if (column === 0) return html`<th scope="row">${text}</th>`;
    const missed = column < labels && text.startsWith('missed');
    return html`<td class="${column < labels ? 'label' : ''}${missed ? ' missed' : ''}">${text}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="loads"><caption class="note">${caption}</caption><thead><tr>${head.map((name, column) => html`<th scope="col" class="${column < labels ? 'label' : ''}">${name === '' ? 'SLO' : name}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr class="${row[0] === shown ? 'shown' : ''}">${row.map(cell)}</tr>`,
  )}</tbody></table></div>`;
}
