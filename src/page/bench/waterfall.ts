import { msText } from '../../common/time/ms-text.js';
import { el, numberText } from '../common/dom.js';
import { hopColor } from '../common/hops.js';
import type { Requests } from './report.js';
import { figuresOf, parseSearch } from './search.js';

const ROW_PX = 22;
/** Number of extra rows above and below the visible ones. */
const MORE = 8;

const SORTS = [
  ['time', 'by send time'],
  ['ttft', 'by TTFT, longest first'],
  ['e2e', 'by E2E, longest first'],
  ['gap', 'by longest gap'],
  ['tokens', 'by output tokens'],
] as const;
type Sort = (typeof SORTS)[number][0];

/** Shows each request as a line in a list with search, sort order and keys. Draws only the visible lines. */
export function waterfall(requests: Requests): HTMLElement {
  const search = el('input', {
    type: 'search',
    placeholder: 'e.g. ttft>500 e2e<2s failed #12',
    spellcheck: 'false',
    'aria-label': 'Search requests',
  });
  const sort = el(
    'select',
    { 'aria-label': 'Order' },
    ...SORTS.map(([value, text]) => el('option', { value }, text)),
  );
  const status = el('p', { class: 'note', 'aria-live': 'polite' });
  const space = el('div', { class: 'space', role: 'rowgroup' });
  const list = el(
    'div',
    { class: 'waterfall', role: 'grid', tabindex: 0, 'aria-label': 'Requests', 'aria-colcount': 4 },
    space,
  );
  const details = el('div', { class: 'request', 'aria-live': 'polite' });
  let rows: readonly number[] = [];
  let selected = 0;

  const update = (): void => {
    const matches = parseSearch(search.value, requests);
    if (typeof matches !== 'function') {
      const figures = [...figuresOf(requests).keys()].join(', ');
      status.textContent = `Write comparisons like ttft>500, with <, <=, >, >= or =. The figures are ${figures}. Invalid: ${matches.join(' ')}`;
      search.setAttribute('aria-invalid', 'true');
      return;
    }
    search.removeAttribute('aria-invalid');
    rows = sorted(requests, matches, sortOf(sort.value));
    selected = 0;
    status.textContent = `${rows.length.toLocaleString('en')} of ${requests.count.toLocaleString('en')} requests`;
    space.style.height = `${rows.length * ROW_PX}px`;
    list.setAttribute('aria-rowcount', String(rows.length));
    list.scrollTop = 0;
    draw();
  };
  const draw = (): void => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW_PX) - MORE);
    const last = Math.min(rows.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW_PX) + MORE);
    const seen = rows.slice(first, last);
    const scale = scaleOf(requests, seen, sort.value === 'time');
    space.replaceChildren(
      ...seen.map((row, at) => line(requests, row, first + at, first + at === selected, scale)),
    );
    const chosen = space.querySelector('.selected');
    if (chosen !== null) list.setAttribute('aria-activedescendant', chosen.id);
  };
  const select = (position: number): void => {
    if (rows.length === 0) return;
    selected = Math.min(rows.length - 1, Math.max(0, position));
    const top = selected * ROW_PX;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW_PX > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_PX - list.clientHeight;
    draw();
    details.replaceChildren(...describe(requests, rows[selected] ?? 0));
  };

  search.addEventListener('input', update);
  sort.addEventListener('change', update);
  list.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
  list.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-position]') : null;
    if (row instanceof HTMLElement) select(Number(row.dataset.position));
  });
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW_PX) - 1);
    const next = {
      ArrowDown: selected + 1,
      ArrowUp: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: rows.length - 1,
      Enter: selected,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(next);
  });
  new ResizeObserver(draw).observe(list);
  update();
  return el('div', {}, el('div', { class: 'tools' }, search, sort), status, legend(requests), list, details);
}

const sortOf = (value: string): Sort => SORTS.find(([name]) => name === value)?.[0] ?? 'time';

function sorted(requests: Requests, matches: (row: number) => boolean, sort: Sort): number[] {
  const rows = Array.from({ length: requests.count }, (_, row) => row).filter(matches);
  const column = {
    time: requests.sentMs,
    ttft: requests.ttftMs,
    e2e: requests.e2eMs,
    gap: requests.gapMaxMs,
    tokens: requests.outputTokens,
  }[sort];
  const sign = sort === 'time' ? 1 : -1;
  const value = (row: number): number => column[row] ?? (sort === 'time' ? Number.POSITIVE_INFINITY : -1);
  return rows.sort((one, other) => sign * (value(one) - value(other)));
}

interface Scale {
  readonly fromMs: number;
  readonly toMs: number;
  /** True: each line begins at the send time; false: at the left edge. */
  readonly byTime: boolean;
}

/** Returns the time range of the visible lines. */
function scaleOf({ sentMs, endMs }: Requests, rows: readonly number[], byTime: boolean): Scale {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const row of rows) {
    const [sent, end] = [sentMs[row] ?? 0, endMs[row] ?? 0];
    fromMs = Math.min(fromMs, byTime ? sent : 0);
    toMs = Math.max(toMs, byTime ? end : end - sent);
  }
  return { fromMs: Number.isFinite(fromMs) ? fromMs : 0, toMs: Math.max(toMs, fromMs + 1), byTime };
}

function line(
  requests: Requests,
  row: number,
  position: number,
  selected: boolean,
  scale: Scale,
): HTMLElement {
  const error = requests.errorOf(row);
  const bar = el('span', { class: 'bar', role: 'gridcell', 'aria-label': barText(requests, row) });
  const width = scale.toMs - scale.fromMs;
  let atMs = scale.byTime ? (requests.sentMs[row] ?? 0) - scale.fromMs : 0;
  for (const { background, ms } of parts(requests, row)) {
    const piece = el('span', {});
    piece.style.left = `${(100 * atMs) / width}%`;
    piece.style.width = `max(1px, ${(100 * ms) / width}%)`;
    piece.style.background = background;
    bar.append(piece);
    atMs += ms;
  }
  const element = el(
    'div',
    {
      class: `line${selected ? ' selected' : ''}${error === undefined ? '' : ' error'}`,
      role: 'row',
      id: `row-${position}`,
      'aria-rowindex': position + 1,
      'aria-selected': String(selected),
      'data-position': position,
    },
    el('span', { class: 'number', role: 'gridcell' }, name(requests, row)),
    bar,
    el('span', { class: 'value', role: 'gridcell' }, error ?? msText(requests.ttftMs[row])),
    el('span', { class: 'value', role: 'gridcell' }, error === undefined ? msText(requests.e2eMs[row]) : ''),
  );
  element.style.top = `${position * ROW_PX}px`;
  return element;
}

function name({ index, turn }: Requests, row: number): string {
  const number = turn[row] ?? 1;
  return `#${index[row]}${number > 1 ? `.${number}` : ''}`;
}

/** Returns a line's parts: the hops to the first token, then the answer or the rest of a failed request. */
function parts(requests: Requests, row: number): { background: string; ms: number }[] {
  const hops = requests.hops.flatMap(({ name, ms }) => {
    const value = ms[row];
    return typeof value === 'number' && name !== 'paint' ? [{ background: hopColor(name), ms: value }] : [];
  });
  const toFirst = hops.reduce((sum, { ms }) => sum + ms, 0);
  const total = Math.max(0, (requests.endMs[row] ?? 0) - (requests.sentMs[row] ?? 0));
  const failed = requests.errorOf(row) !== undefined;
  return [
    ...hops,
    { background: failed ? 'var(--failed)' : 'var(--answer)', ms: Math.max(0, total - toFirst) },
  ];
}

const barText = (requests: Requests, row: number): string =>
  `sent at ${msText(requests.sentMs[row])}, ended at ${msText(requests.endMs[row])}`;

function legend(requests: Requests): HTMLElement {
  const entries = [
    ...requests.hops
      .filter(({ name }) => name !== 'paint')
      .map(({ name, label }) => [hopColor(name), label] as const),
    ['var(--answer)', 'answer'] as const,
    ['var(--failed)', 'failed'] as const,
  ];
  return el(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...entries.map(([background, text]) => {
      const box = el('span', { class: 'swatch' });
      box.style.background = background;
      return el('li', {}, box, text);
    }),
  );
}

/** Returns all figures of a request. */
function describe(requests: Requests, row: number): Node[] {
  const facts: [string, string][] = [
    ['outcome', requests.errorOf(row) ?? 'complete'],
    ['sent', msText(requests.sentMs[row])],
    ['delay of the send', msText(requests.lagMs[row])],
    ['TTFT', msText(requests.ttftMs[row])],
    ['TPOT', msText(requests.tpotMs[row])],
    ['longest gap', msText(requests.gapMaxMs[row])],
    ['E2E', msText(requests.e2eMs[row])],
    ['output tokens', numberText(requests.outputTokens[row])],
    ['prompt tokens', numberText(requests.promptTokens[row])],
    ['cached tokens', numberText(requests.cachedTokens[row])],
    ['attempts', numberText(requests.attempts[row])],
    ...requests.hops.map(({ label, place, ms }): [string, string] => [
      `${label} (${place})`,
      msText(ms[row]),
    ]),
  ];
  const list = facts
    .filter(([, value]) => value !== '')
    .flatMap(([label, value]) => [el('dt', {}, label), el('dd', {}, value)]);
  return [el('h4', {}, `Request ${name(requests, row)}`), el('dl', {}, ...list)];
}
