import { Lexer, type Token } from 'marked';

/** HTML blocks that continue to the document's end unless they are closed (CommonMark 0.31, HTML blocks 1 to 5). */
const HTML: readonly { start: RegExp; end: RegExp; close: (tag: string) => string }[] = [
  {
    start: /^ {0,3}<(script|pre|style|textarea)(?=[\s>]|$)/i,
    end: /<\/(?:script|pre|style|textarea)>/i,
    close: (tag) => `</${tag}>`,
  },
  { start: /^ {0,3}<!--/, end: /-->/, close: () => '-->' },
  { start: /^ {0,3}<\?/, end: /\?>/, close: () => '?>' },
  { start: /^ {0,3}<!\[CDATA\[/, end: /\]\]>/, close: () => ']]>' },
  { start: /^ {0,3}<![a-z]/i, end: />/, close: () => '>' },
];

/** Closes an open code fence or HTML block at the end of a text, so that following text is not part of it. */
export function closedMarkdown(text: string): string {
  return text + endOf(text);
}

function endOf(text: string): string {
  const tokens: Token[] = [];
  // Parse only blocks: inline content closes no block.
  new Lexer({ gfm: true }).blockTokens(text, tokens);
  const last = tokens.findLast(({ type }) => type !== 'space');
  if (last?.type === 'code') return endOfCode(last.raw);
  return last?.type === 'html' ? endOfHtml(last.raw) : '';
}

function endOfCode(raw: string): string {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
  if (fence === undefined) return '';
  const [, ...rest] = raw.trimEnd().split('\n');
  const end = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`);
  return end.test(rest.at(-1) ?? '') ? '' : `\n${fence}`;
}

function endOfHtml(raw: string): string {
  const block = HTML.find(({ start }) => start.test(raw));
  if (block === undefined) return '';
  const end = raw.search(block.end);
  if (end < 0) return `\n${block.close(block.start.exec(raw)?.[1] ?? '')}`;
  // The HTML block ends with the line of its end marker, but the lexer sometimes counts further lines to the block.
  const rest = raw.slice(end).indexOf('\n');
  return rest < 0 ? '' : endOf(raw.slice(end + rest + 1));
}
