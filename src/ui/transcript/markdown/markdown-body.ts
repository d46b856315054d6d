import { cut } from '../../style/line.js';
import {
  type Body,
  deferredPart,
  estimatedRows,
  LONG_TEXT,
  laidOutPart,
  type Part,
  type Row,
  rowOf,
} from '../body.js';
import { codeDrafts } from './code.js';
import { type Highlighter, plainHighlighter } from './highlight.js';
import { proseDrafts } from './prose.js';
import type { Draft } from './runs.js';
import { type Block, createSplitter } from './split.js';

export interface MarkdownOptions {
  /** The width in cells. */
  width: number;
  highlighter: Highlighter;
  /** The terminal shows styles; without them, Markdown's marks stay visible [true]. */
  styles?: boolean;
  /** The terminal opens links [false]. */
  hyperlinks?: boolean;
}

/** The offset between rows that come from the same place in the source. */
const NEXT_PLACE = 1 / 1024;

/** Deferred blocks are joined to parts of at least this length, in UTF-16 units. */
const PART_LENGTH = 6000;

/** Returns Markdown as rows. Closed blocks are parts; only the last block is rendered again with each update. */
export function createMarkdownBody(options: MarkdownOptions): Body {
  const { width, highlighter, styles = true, hyperlinks = false } = options;
  const splitter = createSplitter();
  const closed: Part[] = [];
  let open: Row[] = [];
  let begun = false;
  /** The first of `closed` with rows; undefined while it is not known. */
  let firstShown: number | undefined;

  const showsBefore = (index: number): boolean => {
    for (let at = 0; firstShown === undefined && at < index; at += 1) {
      if (closed[at]?.rows.length !== 0) firstShown = at;
    }
    return firstShown !== undefined && firstShown < index;
  };

  const draftsOf = (source: string, block: Block, growing: boolean): Draft[] => {
    const { start: at } = block;
    return block.kind === 'code'
      ? codeDrafts(source, { ...block, width, at, highlighter })
      : proseDrafts(source, { width, at, growing, highlighter, styles, hyperlinks });
  };

  /** Returns the rows of blocks. @param index the part's index in `closed` */
  const rowsOf = (text: string, blocks: readonly Block[], index: number, growing = false): Row[] => {
    const rows: Row[] = [];
    for (const block of blocks) {
      const { start, end, blankBefore } = block;
      const drafts = draftsOf(text.slice(start, end), block, growing);
      if (blankBefore && drafts.length > 0 && (rows.length > 0 || showsBefore(index)))
        drafts.unshift({ line: [], at: start - 1 });
      let last = firstOffset(block) - NEXT_PLACE;
      for (const { line, at, ...copying } of drafts) {
        last = Math.max(at, last + NEXT_PLACE);
        const row = rowOf(line, last, copying);
        rows.push(row.width <= width ? row : rowOf(cut(line, width), last, copying));
      }
    }
    return rows;
  };

  const defer = (text: string, blocks: readonly Block[]): void => {
    const [first] = blocks;
    const last = blocks.at(-1);
    if (first === undefined || last === undefined) return;
    const index = closed.length;
    const layOut = (): Row[] => rowsOf(text, blocks, index);
    const estimate = (): number => estimatedRows(text.slice(first.start, last.end), width);
    closed.push(deferredPart(firstOffset(first), layOut, estimate));
  };

  return {
    closed,
    get open() {
      return open;
    },
    update(text, growing = false) {
      const blocks = splitter.take(text);
      if (!begun && text.length > LONG_TEXT) {
        for (const joined of inParts(blocks)) defer(text, joined);
      } else {
        for (const block of blocks)
          closed.push(laidOutPart(firstOffset(block), rowsOf(text, [block], closed.length)));
      }
      begun = true;
      open = rowsOf(text, [splitter.open(text, growing)], closed.length, growing);
    },
  };
}

/** Joins consecutive blocks. */
function* inParts(blocks: readonly Block[]): Generator<Block[]> {
  let part: Block[] = [];
  for (const block of blocks) {
    part.push(block);
    if (block.end - (part[0]?.start ?? 0) < PART_LENGTH) continue;
    yield part;
    part = [];
  }
  yield part;
}

/** Returns the offset of the row before a block's text, which is empty or the edge of code, or else of the text. */
function firstOffset(block: Block): number {
  const isEdged = block.kind === 'code' && block.opens;
  return block.blankBefore || isEdged ? block.start - 1 : block.start;
}

const SAMPLE =
  'A **b** `c` [d](http://e.example)\n\n- *f*\n\n| g |\n|---|\n| h |\n\n> i\n\n```\nj\n```\n# k 🙂';

/** Renders a sample, so that the first answer doesn't wait tens of ms for the lexer and emoji patterns to load. */
export function prepareMarkdown(): void {
  createMarkdownBody({ width: 40, highlighter: plainHighlighter }).update(SAMPLE);
}
