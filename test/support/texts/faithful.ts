import type { Line } from '../../../src/ui/style/line.js';
import type { Tone } from '../../../src/ui/style/theme.js';
import { rowsIn } from '../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';

/** A width without wrapping. */
const WIDE = 1_000_000;

interface Shown {
  readonly char: string;
  readonly tone: Tone;
}

/** The rendered rows of a text, without and with styles. */
export function rowsOf(source: string, styles: boolean, width = WIDE): Line[] {
  const body = createMarkdownBody({ width, highlighter: plainHighlighter, styles });
  body.update(source);
  return rowsIn(body).map(({ line }) => line);
}

export function textOf(lines: readonly Line[]): string {
  return lines
    .map((line) => line.map((span) => (typeof span === 'string' ? span : span[1])).join(''))
    .join('\n');
}

/**
 * Returns what a rendered text has lost; undefined when it has all characters in their order. Marks may be missing when
 * their effect is visible. The check has a list of Markdown's marks: with the lexer, it would repeat the lexer's
 * errors.
 */
export function lossIn(source: string, styles = true): string | undefined {
  return lossBetween(source, rowsOf(source, styles), styles);
}

/** @param lines the rendered lines, unwrapped */
export function lossBetween(source: string, lines: readonly Line[], styles: boolean): string | undefined {
  const targets = new Set<string>();
  const shown: Shown[] = [];
  for (const line of lines) {
    const text = textOf([line]);
    const target = /^(?:[ │•]|\d+[.)])*↗ (.*)$/.exec(text)?.[1];
    if (target !== undefined) targets.add(target);
    else for (const span of line) push(shown, span);
  }
  return align(source, shown, { styles, targets, visible: textOf(lines) });
}

function push(shown: Shown[], span: Line[number]): void {
  const [tone, text] = typeof span === 'string' ? (['plain', span] as const) : span;
  for (const char of text) if (!/\s/.test(char)) shown.push({ char, tone });
}

interface Seen {
  readonly styles: boolean;
  readonly targets: ReadonlySet<string>;
  readonly visible: string;
}

/** A line of the source, and the facts that its marks show. */
interface SourceLine {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Where the marks of blocks at its beginning end. */
  readonly prefixEnd: number;
  readonly inTable: boolean;
}

/** Searches for a reading of the rendered text as the source without rendered marks. */
function align(source: string, shown: readonly Shown[], seen: Seen): string | undefined {
  const lines = linesOf(source);
  const failed = new Set<number>();
  const stack: Step[] = [{ at: 0, next: 0, other: false }];
  let farthest = 0;
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { at, next, other } = step;
    if (at === source.length && next === shown.length) return undefined;
    const here = shown[next];
    if (!other) {
      const key = at * (shown.length + 1) + next;
      if (failed.has(key)) continue;
      failed.add(key);
      farthest = Math.max(farthest, at);
      // Other explanations are tried when the visible character leads to no complete reading.
      stack.push({ at, next, other: true });
      if (here !== undefined && source.startsWith(here.char, at))
        stack.push({ at: at + here.char.length, next: next + 1, other: false });
      continue;
    }
    if (here !== undefined && isAdded(here, source, at)) stack.push({ at, next: next + 1, other: false });
    const line = lines[at];
    if (line === undefined) continue;
    const skipped = /\s/.test(source.charAt(at))
      ? 1
      : hiddenAt(source, at, line, { here, before: shown[next - 1], seen });
    if (skipped > 0) stack.push({ at: at + skipped, next, other: false });
    for (const [length, stands] of standIns(source, at))
      if (here?.char === stands) stack.push({ at: at + length, next: next + 1, other: false });
  }
  const near = JSON.stringify(source.slice(Math.max(0, farthest - 20), farthest + 20));
  return `lost near ${near} of ${JSON.stringify(source)}, shown as ${JSON.stringify(seen.visible)}`;
}

interface Step {
  readonly at: number;
  readonly next: number;
  /** Whether to try all explanations of the place except the visible character. */
  readonly other: boolean;
}

/** The line of each place in the source. */
function linesOf(source: string): SourceLine[] {
  const all: SourceLine[] = [];
  let start = 0;
  for (const block of source.split(/(?<=\n[ \t]*\n)/)) {
    const lines = block.split(/(?<=\n)/);
    const inTable = lines.some((line) => isDelimiterRow(line.trimEnd()));
    for (const line of lines) {
      const text = line.replace(/\n$/, '');
      const prefix =
        /^(?:\s|>|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$)|\[[ xX]\](?=\s))*/.exec(text)?.[0].length ?? 0;
      const sourceLine = { start, end: start + text.length, text, prefixEnd: start + prefix, inTable };
      for (let at = 0; at < line.length; at += 1) all.push(sourceLine);
      start += line.length;
    }
  }
  return all;
}

const STYLED: ReadonlySet<Tone> = new Set<Tone>([
  'bold',
  'italic',
  'bold-italic',
  'title',
  'struck',
  'code',
  'link',
]);

/** Text that the renderer adds: edges, bullets, numbers, hosts and titles, marks of headings, the word for an image. */
function isAdded({ char, tone }: Shown, source: string, at: number): boolean {
  if (tone === 'dim') return true;
  if (tone === 'accent') return true;
  return '[image:]'.includes(char) && /!\[/.test(source.slice(Math.max(0, at - 400), at + 2));
}

const NAMED: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot);/g, (name) => NAMED[name] ?? name);
}

/** The characters that a reference or an escape at this place can stand for, each with its length in the source. */
function standIns(source: string, at: number): [length: number, stands: string][] {
  const rest = source.slice(at, at + 12);
  const escaped = /^\\([!-'*-/:-@^-`{-~])/.exec(rest);
  if (escaped !== null) return [[2, escaped[1] ?? '']];
  const entity = /^&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|amp|lt|gt|quot);/.exec(rest);
  if (entity === null) return [];
  const [whole, decimal, hexadecimal] = entity;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  const stands = NAMED[whole] ?? (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '');
  return stands === '' ? [] : [[whole.length, stands]];
}

const RULE = /^(?:[\s>]|[-*+]\s|\d+[.)]\s)*(?:[-*_]\s*){3,}$/;
const FENCE = /^(?:[\s>]|[-*+]\s|\d+[.)]\s)*(?:`{3,}|~{3,})/;

interface Place {
  readonly here: Shown | undefined;
  readonly before: Shown | undefined;
  readonly seen: Seen;
}

/** The length of the mark at this place if its effect is visible, so that it may be missing; else 0. */
function hiddenAt(source: string, at: number, line: SourceLine, { here, before, seen }: Place): number {
  const char = source.charAt(at);
  const tones = [here?.tone ?? 'plain', before?.tone ?? 'plain'];
  const isBeside = (tone: Tone): boolean => tones.includes(tone);
  if ('*_'.includes(char) && seen.styles && tones.some((tone) => STYLED.has(tone))) return 1;
  if (char === '`' && seen.styles && isBeside('code')) return 1;
  if ('`~'.includes(char) && FENCE.test(line.text)) return 1;
  if (at < line.prefixEnd) {
    if (char === '>') return 1;
    if (/[-*+]/.test(char) && (isShown(here, '•') || isShown(before, '•'))) return 1;
    if (/[\d.)]/.test(char) && isBeside('accent') && isCounted(source, line)) return 1;
    if (/[[\]xX]/.test(char) && isBeside('accent')) return 1;
  }
  if (/^[\s>]*(?:=+|-+)\s*$/.test(line.text) && tones.some((tone) => STYLED.has(tone) || tone === 'dim'))
    return 1;
  if (RULE.test(line.text) && (isShown(here, '─') || isShown(before, '─'))) return 1;
  if (char === '#' && /#\s*$/.test(line.text) && /^#*\s*$/.test(source.slice(at, line.end))) return 1;
  const isTable = line.inTable && seen.visible.includes('─');
  if (/[|:\\-]/.test(char) && isTable && (char === '|' || isDelimiterRow(line.text))) return 1;
  if (char === '\\' && (at + 1 === line.end || source.startsWith('\\|', at))) return 1;
  if (char === '<' && isBeside('link')) return 1;
  if (char === '>' && isBeside('link')) return 1;
  if (char === '!' && source.charAt(at + 1) === '[' && here?.char === '[') return 1;
  const inLink = tones.some((tone) => STYLED.has(tone) || tone === 'dim') || here?.char === '[';
  if (char === '[' && inLink && /^(?:[^\n]|\n(?!\s*\n))*\]\(/.test(source.slice(at))) return 1;
  if (source.startsWith('&nbsp;', at)) return 6;
  return linkEnd(source, at, seen);
}

function isShown(shown: Shown | undefined, char: string): boolean {
  return shown?.char === char;
}

/** Whether several items of a list have the same number: the renderer then counts them. */
function isCounted(source: string, { text }: { text: string }): boolean {
  const numbers = Array.from(text.matchAll(/\d+[.)](?=\s|$)/g), ([number]) => number);
  return numbers.some((number) => source.split(number).length > 2);
}

function isDelimiterRow(line: string): boolean {
  return (
    /^(?:[\s>]|[-*+]\s|\d+[.)]\s)*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/.test(line) && /[|:]/.test(line)
  );
}

/** A character of an address except parentheses: only punctuation is escaped. */
const PLACE = String.raw`(?:\\[!-/:-@[-\`{-~]|[^\s()])`;
const IN_PARENTHESES = String.raw`\((?:${PLACE}|\(${PLACE}*\))*\)`;
const LINK_END = new RegExp(
  String.raw`\]\(\s*(?:<((?:\\.|[^<>\n\\])*)>|((?:${PLACE}|${IN_PARENTHESES})*))(?:\s+("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)`,
  'y',
);

/** `](address "title")` may be missing when address and title are visible. */
function linkEnd(source: string, at: number, { targets, visible }: Seen): number {
  if (source.charAt(at) !== ']') return 0;
  LINK_END.lastIndex = at;
  const match = LINK_END.exec(source);
  if (match === null) return 0;
  const [whole, angled, bare = '', title] = match;
  const unescaped = (text: string): string => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  const address = unescaped(angled ?? bare);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const forms = [address, angled ?? bare, url?.href ?? address].flatMap((form) => [form, decoded(form)]);
  const isTold =
    forms.some((form) => targets.has(form) || visible.includes(form)) ||
    (url !== undefined && /^https:\/\/[^/]*\/?$/.test(address) && visible.includes(url.host));
  const words = title === undefined ? '' : decoded(unescaped(title.slice(1, -1))).replace(/\s+/g, ' ');
  return isTold && visible.replace(/\s+/g, ' ').includes(words) ? whole.length : 0;
}
