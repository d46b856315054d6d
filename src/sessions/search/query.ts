import { OUTCOME_NAMES } from '../../common/chat/outcomes.js';
import { UNIT_MS } from '../../common/time/time-units.js';

/** A word or phrase to find. `prefix`: longer words match, too, e.g. while a word is being typed. */
export interface Term {
  text: string;
  prefix: boolean;
}

type Comparison = '<' | '<=' | '>' | '>=' | '=';

export type Filter =
  | { kind: 'figure'; figure: 'ttft' | 'e2e' | 'tokens'; comparison: Comparison; value: number }
  | { kind: 'status'; code: number }
  | { kind: 'error'; class: string | 'any' }
  | { kind: 'model' | 'endpoint' | 'outcome'; text: string }
  /** Unix times in ms, from `fromMs` (inclusive) to `toMs` (exclusive). */
  | { kind: 'time'; fromMs: number; toMs: number };

export interface Query {
  terms: Term[];
  filters: Filter[];
  /** Invalid parts, each with what was expected. The other parts are used. */
  problems: string[];
  /** Whether the last part is an incomplete filter. */
  unfinished: boolean;
}

type Part =
  | { kind: 'term'; term: Term }
  | { kind: 'filter'; filter: Filter }
  | { kind: 'problem'; text: string };

/**
 * Parses a search while it is typed: words, "phrases", and the filters `ttft>2s`, `e2e<500ms`, `tokens>=100`,
 * `error:429`, `error:any`, `model:…`, `endpoint:…`, `outcome:…`, `on:2026-11-22`, `after:7d`, `before:today`. Every
 * text yields a query, even an incomplete text. Days are in local time.
 * @param nowMs Unix time in ms to which relative dates refer
 */
export function parseQuery(text: string, nowMs: number): Query {
  const query: Query = { terms: [], filters: [], problems: [], unfinished: false };
  for (const { word, quoted, last } of wordsOf(text)) {
    if (!quoted && last && UNFINISHED.test(word)) {
      query.unfinished = true;
      continue;
    }
    const part = quoted ? phrase(word) : (filterOf(word, nowMs) ?? unknownFilter(word) ?? plain(word, last));
    if (part.kind === 'term') query.terms.push(part.term);
    else if (part.kind === 'filter') query.filters.push(part.filter);
    else query.problems.push(part.text);
  }
  return query;
}

const NAMES = ['ttft', 'e2e', 'tokens', 'error', 'model', 'endpoint', 'outcome', 'on', 'after', 'before'];
const UNFINISHED = new RegExp(`^(?:${NAMES.join('|')})(?:[<>]=?|[=:])$`, 'i');
const FILTER = new RegExp(`^(${NAMES.join('|')})([<>]=?|[=:])(.+)$`, 'i');

function* wordsOf(text: string): Generator<{ word: string; quoted: boolean; last: boolean }> {
  // The last phrase may not be closed yet.
  const found = text.matchAll(/"([^"]*)("?)|((?:[a-z0-9]+:)?[^\s"]+)/gi);
  for (const match of found) {
    const quoted = match[1] !== undefined;
    const word = match[1] ?? match[3] ?? '';
    if (word.trim() !== '') yield { word, quoted, last: match.index + match[0].length === text.length };
  }
}

function phrase(text: string): Part {
  return { kind: 'term', term: { text, prefix: false } };
}

function plain(word: string, last: boolean): Part {
  const starred = word.endsWith('*');
  return { kind: 'term', term: { text: starred ? word.slice(0, -1) : word, prefix: starred || last } };
}

function filterOf(word: string, nowMs: number): Part | undefined {
  const match = FILTER.exec(word);
  if (match === null) return undefined;
  const [, rawName = '', sign = '', value = ''] = match;
  const name = rawName.toLowerCase();
  const filter = settle(name, sign, value, nowMs);
  return typeof filter === 'string'
    ? { kind: 'problem', text: `${word}: ${filter}` }
    : { kind: 'filter', filter };
}

/** Matches a comparison whose name is not that of a filter. */
function unknownFilter(word: string): Part | undefined {
  const [, name] = /^([a-z][a-z0-9_]*)[<>]=?.+$/i.exec(word) ?? [];
  if (name === undefined) return undefined;
  const text = `${word}: there is no filter "${name}". Use ${NAMES.join(', ')}, or put the text in quotes`;
  return { kind: 'problem', text };
}

function settle(name: string, sign: string, value: string, nowMs: number): Filter | string {
  switch (name) {
    case 'ttft':
    case 'e2e': {
      const ms = duration(value);
      if (ms === undefined) return 'give a duration, such as 2s or 500ms';
      return { kind: 'figure', figure: name, comparison: comparisonOf(sign), value: ms };
    }
    case 'tokens':
      if (!/^\d{1,15}$/.test(value)) return 'give a number';
      return { kind: 'figure', figure: name, comparison: comparisonOf(sign), value: Number(value) };
    case 'error':
      if (sign !== ':' && sign !== '=') return 'use error:429, error:timeout or error:any';
      return /^\d{3}$/.test(value)
        ? { kind: 'status', code: Number(value) }
        : { kind: 'error', class: value.toLowerCase() };
    case 'outcome':
      if (!(OUTCOME_NAMES as readonly string[]).includes(value.toLowerCase()))
        return `use one of ${OUTCOME_NAMES.join(', ')}`;
      return { kind: name, text: value.toLowerCase() };
    case 'model':
    case 'endpoint':
      if (sign !== ':' && sign !== '=') return `use ${name}:…`;
      return { kind: name, text: value.toLowerCase() };
    default: {
      if (sign !== ':' && sign !== '=') return `use ${name}:2026-11-22`;
      const day = dayOf(value, nowMs);
      if (day === undefined) return 'give a date, such as 2026-11-22, 2026-11, today, yesterday or 7d';
      if (name === 'after') return { kind: 'time', fromMs: day.fromMs, toMs: Number.MAX_SAFE_INTEGER };
      if (name === 'before') return { kind: 'time', fromMs: 0, toMs: day.fromMs };
      return { kind: 'time', ...day };
    }
  }
}

function comparisonOf(sign: string): Comparison {
  return sign === '<' || sign === '<=' || sign === '>' || sign === '>=' ? sign : '=';
}

function duration(value: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|)$/i.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (UNIT_MS[(match[2] ?? '').toLowerCase()] ?? 1);
}

/** Returns the local day or month for a date. */
function dayOf(value: string, nowMs: number): { fromMs: number; toMs: number } | undefined {
  const now = new Date(nowMs);
  const daysAgo = (days: number): { fromMs: number; toMs: number } => {
    const day = (offset: number): number =>
      new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + offset).getTime();
    return { fromMs: day(0), toMs: day(1) };
  };
  const relative = /^(\d{1,4})d$/.exec(value);
  if (relative !== null) return daysAgo(Number(relative[1]));
  if (value === 'today') return daysAgo(0);
  if (value === 'yesterday') return daysAgo(1);
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(value);
  if (match === null) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]) - 1, Number(match[3] ?? 1)];
  const from = new Date(year, month, date);
  if (from.getMonth() !== month || from.getDate() !== date) return undefined;
  const to = match[3] === undefined ? new Date(year, month + 1, 1) : new Date(year, month, date + 1);
  return { fromMs: from.getTime(), toMs: to.getTime() };
}
