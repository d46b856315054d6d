import { msText } from '../../common/time/ms-text.js';
import { el } from '../common/dom.js';
import { hopColor } from '../common/hops.js';
import { type HopStack, hopStacks } from './hop-shares.js';
import type { Requests } from './report.js';

/** Shows the hops to the first token at the percentiles of TTFT, as stacked bars and as a table. */
export function hopBars(requests: Requests): HTMLElement | undefined {
  const stacks = hopStacks(requests);
  const most = Math.max(...stacks.map(({ hops }) => hops.reduce((sum, { ms }) => sum + ms, 0)));
  const [first] = stacks;
  if (first === undefined || first.hops.length === 0 || most <= 0) return undefined;
  return el(
    'figure',
    { class: 'chart' },
    el('figcaption', {}, 'Hops to the first token at the percentiles of TTFT'),
    el(
      'p',
      { class: 'note' },
      'Each bar is the mean of the requests whose TTFT is nearest to the percentile, so its parts add up.',
    ),
    el('div', { class: 'stacks', 'aria-hidden': 'true' }, ...stacks.map((stack) => bar(stack, most))),
    el(
      'ul',
      { class: 'legend', 'aria-hidden': 'true' },
      ...first.hops.map(({ name, label }) => el('li', {}, swatch(name), label)),
    ),
    el(
      'details',
      {},
      el('summary', {}, 'As a table'),
      el('div', { class: 'scroll', tabindex: 0 }, table(stacks, first)),
    ),
  );
}

function bar({ percent, ttftMs, hops }: HopStack, most: number): HTMLElement {
  const parts = hops.map(({ name, label, ms }) => {
    const part = el('span', { title: `${label} ${msText(ms)}` });
    part.style.width = `${(100 * ms) / most}%`;
    part.style.background = hopColor(name);
    return part;
  });
  return el(
    'div',
    { class: 'stack' },
    el('span', { class: 'percent' }, `p${percent}`),
    el('span', { class: 'bar' }, ...parts),
    el('span', { class: 'value' }, msText(ttftMs)),
  );
}

function table(stacks: readonly HopStack[], first: HopStack): HTMLElement {
  const head = ['', 'TTFT', ...first.hops.map(({ label }) => label)].map((text) =>
    el('th', { scope: 'col' }, text),
  );
  const rows = stacks.map(({ percent, ttftMs, hops }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, `p${percent}`),
      ...[ttftMs, ...hops.map(({ ms }) => ms)].map((ms) => el('td', {}, msText(ms))),
    ),
  );
  return el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
}

function swatch(name: string): HTMLElement {
  const box = el('span', { class: 'swatch' });
  box.style.background = hopColor(name);
  return box;
}
