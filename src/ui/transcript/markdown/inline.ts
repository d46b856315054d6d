import type { MarkedToken, Token, Tokens } from 'marked';
import type { Tone } from '../../style/theme.js';
import { destinationOf, showsHost, showsTarget } from './links.js';
import type { Run } from './runs.js';

/** How inline text is rendered. */
export interface InlineLook {
  /** The terminal shows styles; without them, Markdown's marks stay visible. */
  readonly styles: boolean;
  /** The terminal opens links (OSC 8). */
  readonly hyperlinks: boolean;
  /** Restores the original characters in a piece of the tokens' text. */
  readonly restore: (piece: string) => string;
}

// The lexer's own kinds of tokens, without those of extensions.
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

/** Renders inline tokens as styled text. @param at the first token's offset in its message */
export function inlineRuns(
  tokens: readonly Token[],
  at: number,
  look: InlineLook,
  tone: Tone = 'plain',
): Run[] {
  const runs: Run[] = [];
  let from = at;
  for (const token of tokens) {
    if (isKnown(token)) runs.push(...runsOf(token, from, look, tone));
    from += token.raw.length;
  }
  return runs;
}

function runsOf(token: MarkedToken, at: number, look: InlineLook, tone: Tone): Run[] {
  const { restore, styles } = look;
  /** Renders text between marks. The marks stay visible when no style replaces them. */
  const marked = (tokens: readonly Token[], mark: string, style: Tone, shown = !styles): Run[] => {
    const inside = inlineRuns(tokens, at + mark.length, look, style);
    if (!shown) return inside;
    const end = at + token.raw.length - mark.length;
    const around = tone === 'plain' ? 'dim' : tone;
    return [{ tone: around, text: mark, at }, ...inside, { tone: around, text: mark, at: end }];
  };
  switch (token.type) {
    case 'strong':
      return marked(token.tokens, token.raw.slice(0, 2), isSlanted(tone) ? 'bold-italic' : 'bold');
    case 'em':
      return marked(token.tokens, token.raw.slice(0, 1), tone === 'bold' ? 'bold-italic' : 'italic');
    case 'del':
      // Many terminals can't strike text out, and there such text must not look valid.
      return marked(token.tokens, '~~', 'struck', true);
    case 'codespan':
      // A code span that consists of spaces would be invisible without its backticks.
      return styles && token.text.trim() !== ''
        ? [{ tone: 'code', text: restore(token.text), at: at + (token.raw.length - token.text.length) / 2 }]
        : [{ tone, text: restore(token.raw), at }];
    case 'link':
      return linkRuns(token, at, look);
    case 'image':
      return linked([{ tone, text: `[image: ${restore(token.text)}]`, at }], token, at, look);
    case 'br':
      return [{ tone, text: '\n', at }];
    case 'checkbox':
      // `listDrafts` draws it in the item's marker.
      return [];
    case 'text':
      return token.tokens === undefined
        ? [{ tone, text: decoded(restore(token.raw)), at }]
        : inlineRuns(token.tokens, at, look, tone);
    case 'escape':
      return [{ tone, text: restore(token.text), at }];
    default:
      // Other tokens, such as HTML, stay unchanged.
      return [{ tone, text: restore(token.raw), at }];
  }
}

function isSlanted(tone: Tone): boolean {
  return tone === 'italic' || tone === 'bold-italic';
}

function linkRuns(token: Tokens.Link, at: number, look: InlineLook): Run[] {
  const start = at + (/^[[<]/.test(token.raw) ? 1 : 0);
  return linked(inlineRuns(token.tokens, start, look, 'link'), token, at, look);
}

/** Adds a link's target: its host beside the text, and the full URL below if the terminal can't open links. */
function linked(runs: Run[], token: Tokens.Link | Tokens.Image, at: number, look: InlineLook): Run[] {
  const { hyperlinks, restore } = look;
  const href = hrefOf(token, look);
  const { host, full, isHostAlone, clickable } = destinationOf(href);
  const text = token.type === 'link' ? decoded(restore(token.text)) : '';
  const url = hyperlinks ? clickable : undefined;
  const title = token.title ? ` "${decoded(restore(token.title)).replace(/\s+/g, ' ')}"` : '';
  const beside = showsHost(text, href) ? title : `${title} (${host})`;
  const target = url !== undefined || isHostAlone || showsTarget(text, href) ? undefined : full;
  const shown = url === undefined ? runs : runs.map((run) => ({ ...run, href: url }));
  if (beside === '' && target === undefined) return shown;
  const end = at + token.raw.length;
  return [...shown, { tone: 'dim', text: beside, at: end, ...(target !== undefined && { target }) }];
}

/** Returns the URL without entities and escapes of parentheses and brackets. In text, such escapes stay. */
function hrefOf({ href }: { href: string }, { restore }: InlineLook): string {
  return decoded(restore(href)).replace(/\\([()[\]\\])/g, '$1');
}

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|amp|lt|gt|quot|nbsp);/gi;
const NAMED: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&nbsp;': '\u00a0',
};
/** Entities for controls, format characters, lone surrogates and non-characters are not decoded. */
const SHOWN = /^[^\p{C}\p{Zl}\p{Zp}]$/u;

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (name, decimal?: string, hexadecimal?: string) => {
    const digits = decimal ?? hexadecimal;
    if (digits === undefined) return NAMED[name] ?? name;
    const code = Number.parseInt(digits, decimal === undefined ? 16 : 10);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '';
    return SHOWN.test(character) ? character : name;
  });
}
