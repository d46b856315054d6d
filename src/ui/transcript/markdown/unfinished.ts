/** Marks without their counterpart, such as `**`. */
interface OpenMarks {
  readonly character: string;
  readonly start: number;
  count: number;
}

/** Such a line may become a rule, a heading's underline, a list item or a table's delimiter row. */
const UNDECIDED = /^[ \t]*(?:[-=*_+#>|:`~ \t]+|\d{1,9}[.)]?)$/;
/** When such a line follows, the inline text of the line before ends. */
const BEGINS_BLOCK = /^[ \t]*(?:$|(?:[-*+]|\d{1,9}[.)])[ \t]|#{1,6}[ \t]|[>|])/;
const FENCE = /^[ \t]*(?:`{3,}|~{3,})/gm;
/** Escapes, code marks, and the marks of emphasis and of struck text. */
const MARKS = /\\.|`+|\*+|_+|~~/gs;
const UNFINISHED_LINK = /!?\[([^[\]\n]*)\]\([^()\s]*$/;
/** A name such as `__init__`, or its beginning. */
const DUNDER = /^__\w*$/;
/** Python's usual names of further arguments, which texts often name without code marks. */
const ARGS = /^\*\*?(?:kw)?args\b/;
const SPACE = /^\s?$/;
const WORD = /^[\p{L}\p{N}]$/u;

/**
 * Completes a growing Markdown text as if it ended here, so that its last words already have their style. The function
 * ends the elements that have begun, and leaves out marks without text after them.
 * @param styles the terminal shows styles; without them, marks are shown as they arrive
 */
export function completed(text: string, styles: boolean): string {
  const isInFence = (text.match(FENCE)?.length ?? 0) % 2 === 1;
  if (isInFence) return text;
  const lineStart = text.lastIndexOf('\n') + 1;
  const decided = UNDECIDED.test(text.slice(lineStart)) ? text.slice(0, lineStart) : text;
  if (!styles) return decided;
  const start = inlineStart(decided);
  return decided.slice(0, start) + completedInline(decided.slice(start));
}

/** Returns the start of the inline text that the last line belongs to. */
function inlineStart(text: string): number {
  const lineBefore = (at: number): number => (at < 2 ? 0 : text.lastIndexOf('\n', at - 2) + 1);
  let start = lineBefore(text.endsWith('\n') ? text.length : text.length + 1);
  for (;;) {
    if (start === 0 || BEGINS_BLOCK.test(lineAt(text, start))) return start;
    const previous = lineBefore(start);
    if (lineAt(text, previous).trim() === '') return start;
    start = previous;
  }
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}

function completedInline(source: string): string {
  const text = source.replace(UNFINISHED_LINK, '$1');
  const { open, end } = openMarks(text);
  let shown = end;
  let closing = '';
  for (const { character, start, count } of open.reverse()) {
    if (closing === '' && start + count === shown) shown = start;
    else closing += character.repeat(count);
  }
  if (closing === '') return text.slice(0, shown);
  return text.slice(0, shown).trimEnd() + closing;
}

/** Returns the marks that are open at the end of an inline text. Marks from `end` on have no text after them. */
function openMarks(text: string): { open: OpenMarks[]; end: number } {
  const open: OpenMarks[] = [];
  MARKS.lastIndex = 0;
  for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
    const [marks] = found;
    const character = marks.charAt(0);
    const start = found.index;
    const before = text.charAt(start - 1);
    const after = text.charAt(start + marks.length);
    const isInWord = character === '_' && WORD.test(before);
    if (character === '\\') continue;
    const close = character === '`' ? closingTicks(text, start + marks.length, marks.length) : undefined;
    if (close !== undefined) {
      MARKS.lastIndex = close;
    } else if (after === '') {
      const isText = isInWord && open.every((one) => one.character !== character);
      return { open, end: isText ? text.length : start };
    } else if (character === '`') {
      open.push({ character, start, count: marks.length });
      return { open, end: text.replace(/`+$/, '').length };
    } else {
      const closes = !SPACE.test(before) && !(character === '_' && WORD.test(after));
      const count = closes ? closeMarks(open, character, marks.length) : marks.length;
      const rest = text.slice(start);
      const isName = ARGS.test(rest) || (marks === '__' && DUNDER.test(rest));
      const opens = !SPACE.test(after) && !isInWord && !isName;
      if (count > 0 && opens) open.push({ character, start, count });
    }
  }
  return { open, end: text.length };
}

/** Removes the elements that `count` closing marks end. Returns how many of the marks end nothing. */
function closeMarks(open: OpenMarks[], character: string, count: number): number {
  const index = open.findLastIndex((one) => one.character === character);
  const last = open[index];
  if (last === undefined) return count;
  const both = Math.min(last.count, count);
  last.count -= both;
  open.length = index + (last.count > 0 ? 1 : 0);
  return both === count ? 0 : closeMarks(open, character, count - both);
}

/** Returns the end of the next run of exactly `count` backticks. */
function closingTicks(text: string, from: number, count: number): number | undefined {
  for (const { 0: ticks, index } of text.slice(from).matchAll(/`+/g))
    if (ticks.length === count) return from + index + count;
  return undefined;
}
