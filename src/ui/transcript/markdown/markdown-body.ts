import { cut } from '../../style/line.js';
import { type Body, type Row, rowOf } from '../body.js';
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

/** Returns Markdown as rows. Closed blocks are rendered once, and only the last one again with each update. */
export function createMarkdownBody(options: MarkdownOptions): Body {
  const { width, highlighter, styles = true, hyperlinks = false } = options;
  const splitter = createSplitter();
  const closed: Row[] = [];
  let open: Row[] = [];

  const rowsOf = (drafts: readonly Draft[]): Row[] => {
    let last = closed.at(-1)?.offset ?? -1;
    return drafts.map(({ line, at, ...copying }) => {
      last = Math.max(at, last + NEXT_PLACE);
      const row = rowOf(line, last, copying);
      return row.width <= width ? row : rowOf(cut(line, width), last, copying);
    });
  };

  const draftsOf = (text: string, block: Block, growing: boolean): Draft[] => {
    const { start: at, end, blankBefore } = block;
    const source = text.slice(at, end);
    const drafts =
      block.kind === 'code'
        ? codeDrafts(source, { ...block, width, at, highlighter })
        : proseDrafts(source, { width, at, growing, highlighter, styles, hyperlinks });
    return blankBefore && drafts.length > 0 && closed.length > 0
      ? [{ line: [], at: at - 1 }, ...drafts]
      : drafts;
  };

  return {
    closed,
    get open() {
      return open;
    },
    update(text, growing = false) {
      for (const block of splitter.take(text)) {
        for (const row of rowsOf(draftsOf(text, block, false))) closed.push(row);
      }
      open = rowsOf(draftsOf(text, splitter.open(text, growing), growing));
    },
  };
}

const SAMPLE =
  'A **b** `c` [d](http://e.example)\n\n- *f*\n\n| g |\n|---|\n| h |\n\n> i\n\n```\nj\n```\n# k 🙂';

/** Renders a sample, so that the first answer doesn't wait tens of ms for the lexer and emoji patterns to load. */
export function prepareMarkdown(): void {
  createMarkdownBody({ width: 40, highlighter: plainHighlighter }).update(SAMPLE);
}
