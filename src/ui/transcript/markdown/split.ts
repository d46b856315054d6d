/** A part of a Markdown text that is rendered separately. `blankBefore`: whether a blank line is before it. */
export type Block = Prose | Code;

interface Prose {
  readonly kind: 'prose';
  readonly start: number;
  readonly end: number;
  readonly blankBefore: boolean;
}

/** A fenced code block, or a part of a long one. `start` and `end` exclude the fences. */
interface Code {
  readonly kind: 'code';
  readonly start: number;
  readonly end: number;
  readonly blankBefore: boolean;
  /** The text after the opening fence; the language comes first. */
  readonly info: string;
  /** The block begins with its opening fence. */
  readonly opens: boolean;
  /** The block ends with its closing fence. */
  readonly closes: boolean;
}

/** Splits a growing text into blocks. Each call only costs the new text. */
export interface Splitter {
  /** @returns the blocks that more text can't change; each block is returned once */
  take(text: string): Block[];
  /**
   * Returns the last block, which follows those of `take`. @param growing whether more text will follow, so that a line
   * that may become the closing fence isn't shown as code
   */
  open(text: string, growing: boolean): Block;
}

/** A growing block is rendered again and again, so a long one is cut at the first newline after this length. */
const LONG = 6000;
/** A block without a newline between `LONG` and this length is cut at this length. */
const TOO_LONG = 8000;
const FENCE = /^ {0,3}(?:(`{3,})(?!.*`)|(~{3,}))[ \t]*(.*?)[ \t]*$/;
const INNER_FENCE = /^ {2,}(?:`{3,}|~{3,})/;
const HEADING = /^#{1,6}[ \t]+\S/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;

/**
 * Blocks end at blank lines (unless a list continues after them), and before and after headings and fenced code. The
 * blocks only depend on complete lines, never on the chunks in which the text arrived.
 */
export function createSplitter(): Splitter {
  let start = 0;
  /** The start of the next line to read. */
  let next = 0;
  let blankBefore = false;
  let code: { fence: string; info: string; opens: boolean } | undefined;
  let prose = { begun: false, list: false, blank: false, inFence: false };

  const begin = (at: number, after: boolean): void => {
    start = at;
    blankBefore = after;
    prose = { begun: false, list: false, blank: false, inFence: false };
  };
  const closed = (end: number, closes = false): Block =>
    code === undefined
      ? { kind: 'prose', start, end, blankBefore: blankBefore }
      : { kind: 'code', start, end, blankBefore, info: code.info, opens: code.opens, closes };

  function* codeLine(line: string, end: number, fence: string): Generator<Block> {
    if (isClosing(line, fence)) {
      yield closed(next, true);
      code = undefined;
      begin(end, false);
    } else if (end - start > LONG) {
      yield* cutAt(end);
    }
  }

  function* proseLine(line: string, end: number): Generator<Block> {
    if (line.trim() === '') {
      if (prose.begun) prose.blank = true;
      else begin(end, next > 0);
      return;
    }
    const isItem = LIST_ITEM.test(line);
    const goesOn = prose.list && (isItem || /^[ \t]/.test(line));
    if (prose.begun && prose.blank && !goesOn && !prose.inFence) {
      yield closed(next);
      begin(next, true);
    }
    const inList = prose.list && /^[ \t]/.test(line);
    const fence = inList ? null : FENCE.exec(line);
    if (fence !== null && !prose.inFence) {
      const blank = prose.blank || (blankBefore && !prose.begun);
      if (prose.begun) yield closed(next);
      begin(end, blank);
      code = { fence: fence[1] ?? fence[2] ?? '', info: fence[3] ?? '', opens: true };
    } else if (HEADING.test(line) && !prose.inFence) {
      if (prose.begun) {
        yield closed(next);
        begin(next, prose.blank);
      }
      yield closed(end);
      begin(end, false);
    } else {
      prose.begun = true;
      prose.blank = false;
      prose.list ||= isItem;
      if (inList && INNER_FENCE.test(line)) prose.inFence = !prose.inFence;
      if (end - start > LONG) yield* cutAt(end);
    }
  }

  function* cutAt(end: number): Generator<Block> {
    yield closed(end);
    if (code !== undefined) code = { ...code, opens: false };
    begin(end, false);
  }

  return {
    take(text) {
      const blocks: Block[] = [];
      for (;;) {
        const newline = text.indexOf('\n', next);
        const limit = start + TOO_LONG;
        if (newline < 0 ? text.length > limit : newline > limit) {
          const space = text.lastIndexOf(' ', limit) + 1;
          const cut = space > next && space > start ? space : limit;
          blocks.push(...cutAt(cut));
          next = cut;
        } else if (newline < 0) {
          return blocks;
        } else {
          const line = text.slice(next, newline);
          const end = newline + 1;
          blocks.push(...(code === undefined ? proseLine(line, end) : codeLine(line, end, code.fence)));
          next = end;
        }
      }
    },
    open(text, growing) {
      const last = text.slice(next);
      if (code === undefined || !(growing ? mayClose : isClosing)(last, code.fence))
        return closed(text.length);
      return closed(next, !growing);
    },
  };
}

function isClosing(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && mayClose(line, fence);
}

/** Whether an incomplete line can become a closing fence. */
function mayClose(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return /^ {0,3}\S/.test(line) && trimmed === fence.charAt(0).repeat(trimmed.length);
}
