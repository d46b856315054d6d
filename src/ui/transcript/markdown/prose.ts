import type { MarkedToken, Token, Tokens } from 'marked';
import { cellWidth } from '../../../state/text/graphemes.js';
import { lineWidth, type Span } from '../../style/line.js';
import type { Tone } from '../../style/theme.js';
import { indented } from '../body.js';
import { codeDrafts } from './code.js';
import type { Highlighter } from './highlight.js';
import { type InlineLook, inlineRuns, isKnown } from './inline.js';
import { lexMarkdown } from './lexer.js';
import { type Draft, flow, type Run, targetDrafts } from './runs.js';
import { shield } from './shield.js';
import { tableDrafts } from './table.js';
import { completed } from './unfinished.js';

export interface ProseOptions extends Omit<InlineLook, 'restore'> {
  /** The width in cells. */
  width: number;
  /** The text's offset in its message. */
  at: number;
  /** Whether more text will follow. */
  growing: boolean;
  highlighter: Highlighter;
}

interface Look extends ProseOptions, InlineLook {}

/** Nesting that would leave fewer cells than this gets no further indentation. */
const MIN_WIDTH = 12;

/** Returns Markdown as rows. Blank lines between blocks become one empty row. */
export function proseDrafts(source: string, options: ProseOptions): Draft[] {
  const { text, restore } = shield(source);
  return draftsOf(lexMarkdown(options.growing ? completed(text, options.styles) : text), {
    ...options,
    restore,
  });
}

function draftsOf(tokens: readonly Token[], options: Look): Draft[] {
  const drafts: Draft[] = [];
  let at = options.at;
  let before = '';
  for (const token of tokens) {
    const rows = isKnown(token) ? blockDrafts(token, { ...options, at }) : [];
    if (rows.length > 0 && drafts.length > 0 && /\n[ \t]*\n[ \t]*$/.test(before))
      drafts.push({ line: [], at });
    drafts.push(...rows);
    before = before.slice(-80) + token.raw;
    at += token.raw.length;
  }
  return drafts;
}

function blockDrafts(token: MarkedToken, options: Look): Draft[] {
  const { width, at, restore } = options;
  const paragraph = (runs: readonly Run[]): Draft[] => {
    const end = at + token.raw.trimEnd().length;
    // While the text grows, no addresses are shown below it, because each new word would move them.
    return [...flow(runs, { width, at }), ...(options.growing ? [] : targetDrafts(runs, { width, at: end }))];
  };
  const text = (tokens: readonly Token[], from = at, tone?: Tone): Run[] =>
    inlineRuns(tokens, from, options, tone);
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return [];
    case 'heading': {
      // The marks show the heading's depth; without colours, nothing else marks a heading.
      const mark: Run = { tone: 'dim', text: `${'#'.repeat(token.depth)} `, at };
      const from = at + token.raw.search(/[^#\s]|$/);
      return paragraph([mark, ...text(token.tokens, from, token.depth === 1 ? 'title' : 'bold')]);
    }
    case 'paragraph':
      return paragraph(text(token.tokens));
    case 'text':
      return paragraph(text(token.tokens ?? [token]));
    case 'code':
      return codeDrafts(restore(token.text), {
        ...options,
        info: restore(token.lang ?? ''),
        opens: true,
        closes: true,
      });
    case 'blockquote':
      return hasRoom(options, 2)
        ? draftsOf(token.tokens, narrower(options, 2)).map(inside(['dim', '│ ']))
        : [{ line: [['dim', '│']], at }, ...draftsOf(token.tokens, options)];
    case 'list':
      return listDrafts(token, options);
    case 'table':
      return tableDrafts(token, options);
    case 'hr':
      return [{ line: [['dim', '─'.repeat(Math.min(width, 24))]], at }];
    default:
      return flow([{ tone: 'plain', text: restore(token.raw).replace(/\n+$/, ''), at }], { width, at });
  }
}

function listDrafts(list: Tokens.List, options: Look): Draft[] {
  const numbers = list.ordered ? numbersOf(list) : [];
  const widest = Math.max(0, ...numbers.map((number) => number.length));
  const drafts: Draft[] = [];
  let at = options.at;
  let before = '';
  for (const [index, item] of list.items.entries()) {
    const bullet = list.ordered ? `${(numbers[index] ?? '').padStart(widest)} ` : '• ';
    const marker = item.task ? `${bullet}[${item.checked ? 'x' : ' '}] ` : bullet;
    const indent = ' '.repeat(cellWidth(marker));
    const inner = { ...narrower(options, indent.length), at };
    const rows = draftsOf(item.tokens, inner);
    const shown = rows.length === 0 ? [{ line: [], at }] : rows;
    if (/\n[ \t]*\n$/.test(before)) drafts.push({ line: [], at });
    if (!hasRoom(options, indent.length)) drafts.push({ line: [['accent', marker.trimEnd()]], at }, ...rows);
    else
      for (const [row, draft] of shown.entries())
        drafts.push(inside(row === 0 ? ['accent', marker] : indent)(draft));
    before = item.raw;
    at += item.raw.length;
  }
  return drafts;
}

/** Returns the numbers of the items as written. If all are equal, such as `1.`, the items are counted. */
function numbersOf({ items, start }: Tokens.List): string[] {
  const written = items.map(({ raw }) => /^\s*(\d+[.)])/.exec(raw)?.[1] ?? '');
  const first = written[0] ?? '';
  if (items.length < 2 || written.some((number) => number !== first)) return written;
  return written.map((_number, index) => `${Number(start) + index}${first.slice(-1)}`);
}

/** Whether enough cells are left after this indentation. Otherwise the text goes below its mark. */
function hasRoom({ width }: Look, cells: number): boolean {
  return width - cells >= MIN_WIDTH;
}

function narrower(options: Look, cells: number): Look {
  return hasRoom(options, cells) ? { ...options, width: options.width - cells } : options;
}

function inside(margin: Span): (draft: Draft) => Draft {
  const cells = lineWidth([margin]);
  // An empty row needs no invisible margin.
  return ({ line, at, ...copying }) => ({
    line: line.length === 0 && typeof margin === 'string' ? line : [margin, ...line],
    at,
    ...indented(copying, cells),
  });
}
