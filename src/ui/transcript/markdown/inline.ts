import type { MarkedToken, Token, Tokens } from 'marked';
import type { Tone } from '../../style/theme.js';
import type { Run } from './runs.js';

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

// The lexer's own kinds of tokens, without those that extensions would bring.
const KINDS = new Set([
  ...[
    'blockquote',
    'br',
    'checkbox',
    'code',
    'codespan',
    'def',
    'del',
    'em',
    'escape',
    'heading',
    'hr',
    'html',
  ],
  ...['image', 'link', 'list', 'list_item', 'paragraph', 'space', 'strong', 'table', 'text'],
]);

export function isKnown(token: Token): token is MarkedToken {
  return KINDS.has(token.type);
}

/** A paragraph's inline tokens as styled text. @param at where the first one begins in its message */
export function inlineRuns(tokens: readonly Token[], at: number, tone: Tone = 'plain'): Run[] {
  const runs: Run[] = [];
  let from = at;
  for (const token of tokens) {
    if (isKnown(token)) runs.push(...runsOf(token, from, tone));
    from += token.raw.length;
  }
  return runs;
}

function runsOf(token: MarkedToken, at: number, tone: Tone): Run[] {
  const inner = (tokens: readonly Token[], raw: string, style: Tone): Run[] =>
    // The mark before the text is as long as the one after it.
    inlineRuns(
      tokens,
      at + Math.floor((raw.length - tokens.reduce((sum, { raw }) => sum + raw.length, 0)) / 2),
      style,
    );
  switch (token.type) {
    case 'strong':
      return inner(token.tokens, token.raw, 'bold');
    case 'em':
      return inner(token.tokens, token.raw, 'italic');
    case 'del':
      return inner(token.tokens, token.raw, 'struck');
    case 'codespan':
      return [{ tone: 'code', text: token.text, at: at + 1 }];
    case 'link':
      return linkRuns(token, at);
    case 'image':
      return [
        { tone, text: `[image: ${token.text}]`, at },
        { tone: 'dim', text: ` (${hostOf(token.href)})`, at: at + token.raw.length },
      ];
    case 'br':
      return [{ tone, text: '\n', at }];
    case 'checkbox':
      // The list item's marker.
      return [];
    case 'text':
      return token.tokens === undefined
        ? [{ tone, text: decoded(token.text), at }]
        : inlineRuns(token.tokens, at, tone);
    case 'escape':
      return [{ tone, text: token.text, at }];
    default:
      // Such as HTML: shown as it was written.
      return [{ tone, text: token.raw, at }];
  }
}

/** Where a link truly leads is always shown, whatever its text says. */
function linkRuns({ href, text, tokens, raw }: Tokens.Link, at: number): Run[] {
  const runs = inlineRuns(tokens, at + (raw.startsWith('[') ? 1 : 0), 'link');
  const host = hostOf(href);
  if (tellsHost(text, href, host)) return runs;
  return [...runs, { tone: 'dim', text: ` (${host})`, at: at + raw.length }];
}

function tellsHost(text: string, href: string, host: string): boolean {
  if (`mailto:${text}` === href) return true;
  // Beyond the host, an address may say what it likes.
  return /^(?:https?:\/\/)?([^/?#\s]*)/i.exec(text)?.[1]?.toLowerCase() === host;
}

/** The host of an address in the form that names are looked up by; other addresses as they are. */
function hostOf(href: string): string {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url === undefined || url.host === '' ? href : url.host;
}

function decoded(text: string): string {
  return text.includes('&')
    ? text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (name) => ENTITIES[name] ?? name)
    : text;
}
