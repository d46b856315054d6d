import { type Line, type Span, textOf } from '../style/line.js';
import type { Tone } from '../style/theme.js';

/** Sets the pattern's matches in `tone`; undefined when there are none. */
export function markMatches(line: Line, pattern: RegExp, tone: Tone): Line | undefined {
  const text = line.map(textOf).join('');
  const matches = Array.from(
    text.matchAll(pattern),
    (match) => [match.index, match.index + match[0].length] as const,
  );
  if (matches.length === 0) return undefined;
  const marked: Span[] = [];
  let from = 0;
  for (const span of line) {
    const part = textOf(span);
    const style = typeof span === 'string' ? 'plain' : span[0];
    const href = typeof span === 'string' ? undefined : span[2];
    const piece = (look: Tone, text: string): Span =>
      href === undefined ? [look, text] : [look, text, href];
    let at = 0;
    for (const [start, end] of matches) {
      const first = Math.max(at, start - from);
      const last = Math.min(part.length, end - from);
      if (first >= last) continue;
      marked.push(piece(style, part.slice(at, first)), piece(tone, part.slice(first, last)));
      at = last;
    }
    marked.push(piece(style, part.slice(at)));
    from += part.length;
  }
  return marked.filter((span) => textOf(span) !== '');
}
