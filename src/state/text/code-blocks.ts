/** A fenced code block of a Markdown text. */
export interface CodeBlock {
  /** The first word after the opening fence, such as `ts`; empty without one. */
  readonly language: string;
  /** The lines between the fences, without the fence's indentation. */
  readonly code: string;
}

/** Matches an opening fence: its indentation (including that of a list or a quotation), the fence, and the language. */
const OPENING = /^([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)/;

/** Returns the code blocks of a text, in order. A block without a closing fence extends to the text's end. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { indent: number; quoted: boolean; fence: string; language: string; lines: string[] } | undefined;
  const close = (): void => {
    if (open !== undefined) blocks.push({ language: open.language, code: open.lines.join('\n') });
    open = undefined;
  };
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (open === undefined) {
      const [, before = '', fence, language = ''] = OPENING.exec(line) ?? [];
      if (fence !== undefined)
        open = { indent: before.length, quoted: before.includes('>'), fence, language, lines: [] };
      continue;
    }
    const inside = open.quoted ? line.replace(/^[ \t]*>[ \t]?/, '') : line;
    const end = inside.trim();
    // Only a fence of the same character, and at least as long, ends the block.
    if (end.startsWith(open.fence) && end === open.fence.charAt(0).repeat(end.length)) close();
    else open.lines.push(open.quoted ? inside : withoutIndent(line, open.indent));
  }
  close();
  return blocks;
}

function withoutIndent(line: string, indent: number): string {
  const spaces = line.length - line.trimStart().length;
  return line.slice(Math.min(spaces, indent));
}
