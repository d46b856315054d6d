import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked';
import { cellWidth } from '../../../state/text/graphemes.js';
import type { Span } from '../../style/line.js';
import type { Tone } from '../../style/theme.js';
import { codeDrafts } from './code.js';
import type { Highlighter } from './highlight.js';
import { inlineRuns, isKnown } from './inline.js';
import { type Draft, flow } from './runs.js';
import { tableDrafts } from './table.js';

/** A link's address elsewhere in the text would change blocks that are rendered already: such links stay as written. */
class LocalTokenizer extends Tokenizer {
  override def(): undefined {
    return undefined;
  }
  override reflink(): undefined {
    return undefined;
  }
}

export interface ProseOptions {
  /** Cells. */
  width: number;
  /** Where the text begins in its message. */
  at: number;
  highlighter: Highlighter;
}

/** Nesting that leaves less than this is shown without further indentation. */
const MIN_WIDTH = 12;

/** Markdown as rows; blank lines between its blocks are one empty row. */
export function proseDrafts(text: string, options: ProseOptions): Draft[] {
  const lexer = new Lexer({ gfm: true, tokenizer: new LocalTokenizer() });
  return draftsOf(lexer.lex(text), options);
}

/** A text that is still being written, as it would be if it ended here: no mark of something begun is shown. */
export function completed(text: string): string {
  const lineStart = text.lastIndexOf('\n') + 1;
  const last = text.slice(lineStart);
  // Could become a rule, a heading's underline, a list item, a table's delimiter row.
  if (/^[ \t]*(?:[-=*_+#>|:`~ \t]+|\d{1,9}[.)]?)$/.test(last)) return text.slice(0, lineStart);
  if (odd(last, /`/g)) return `${last.endsWith('`') ? text.slice(0, -1) : `${text}\``}`;
  if (odd(last, /\*\*/g)) return last.endsWith('**') ? text.slice(0, -2) : `${text.replace(/\s+$/, '')}**`;
  return text;
}

function odd(text: string, mark: RegExp): boolean {
  return (text.match(mark)?.length ?? 0) % 2 === 1;
}

function draftsOf(tokens: readonly Token[], options: ProseOptions): Draft[] {
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

function blockDrafts(token: MarkedToken, options: ProseOptions): Draft[] {
  const { width, at } = options;
  const text = (tokens: readonly Token[], from = at, tone?: Tone): Draft[] =>
    flow(inlineRuns(tokens, from, tone), { width, at });
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return [];
    case 'heading':
      return text(token.tokens, at + token.raw.search(/[^#\s]|$/), token.depth === 1 ? 'title' : 'bold');
    case 'paragraph':
      return text(token.tokens);
    case 'text':
      return text(token.tokens ?? [token]);
    case 'code':
      return codeDrafts(token.text, { language: token.lang ?? '', opens: true, closes: true, ...options });
    case 'blockquote':
      return draftsOf(token.tokens, narrower(options, 2)).map(inside(['dim', '│ ']));
    case 'list':
      return listDrafts(token, options);
    case 'table':
      return tableDrafts(token, at, width);
    case 'hr':
      return [{ line: [['dim', '─'.repeat(Math.min(width, 24))]], at }];
    default:
      return flow([{ tone: 'plain', text: token.raw.replace(/\n+$/, ''), at }], { width, at });
  }
}

function listDrafts(list: Tokens.List, options: ProseOptions): Draft[] {
  const first = typeof list.start === 'number' ? list.start : 1;
  const last = String(first + list.items.length - 1).length;
  const drafts: Draft[] = [];
  let at = options.at;
  let before = '';
  for (const [index, item] of list.items.entries()) {
    const bullet = list.ordered ? `${`${first + index}.`.padStart(last + 1)} ` : '• ';
    const marker = item.task ? `${bullet}[${item.checked ? 'x' : ' '}] ` : bullet;
    const indent = ' '.repeat(cellWidth(marker));
    const inner = { ...narrower(options, indent.length), at };
    const rows = draftsOf(item.tokens, inner);
    const shown = rows.length === 0 ? [{ line: [], at }] : rows;
    if (/\n[ \t]*\n$/.test(before)) drafts.push({ line: [], at });
    for (const [row, draft] of shown.entries()) {
      if (inner.width === options.width) drafts.push(draft);
      else drafts.push(inside(row === 0 ? ['accent', marker] : indent)(draft));
    }
    before = item.raw;
    at += item.raw.length;
  }
  return drafts;
}

function narrower(options: ProseOptions, cells: number): ProseOptions {
  const width = options.width - cells;
  return width < MIN_WIDTH ? options : { ...options, width };
}

function inside(margin: Span): (draft: Draft) => Draft {
  // An empty row stays empty: it needs no margin that can't be seen.
  return ({ line, at }) => ({
    line: line.length === 0 && typeof margin === 'string' ? line : [margin, ...line],
    at,
  });
}
