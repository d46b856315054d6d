import { createSanitizer, sanitize } from '../../../src/state/text/sanitize.js';
import { type Row, rowsIn } from '../../../src/ui/transcript/body.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createMarkdownBody } from '../../../src/ui/transcript/markdown/markdown-body.js';

const WIDTH = 40;
/** About this number of times, the text is rendered while it grows. */
const PIECES = 12;

/**
 * Whether the final rows of a text depend on how it arrived. It compares the text in one piece with pieces of one UTF-16
 * unit through the sanitizer, with rows computed at some of them.
 */
export function differsInPieces(text: string): boolean {
  const body = createMarkdownBody({ width: WIDTH, highlighter: plainHighlighter });
  const sanitizer = createSanitizer();
  const every = Math.ceil(text.length / PIECES);
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    shown += sanitizer.feed(text.charAt(at));
    if (at % every === every - 1) body.update(shown, true);
  }
  body.update(shown + sanitizer.flush());
  return JSON.stringify(rowsIn(body)) !== JSON.stringify(rowsOf(sanitize(text)));
}

function rowsOf(text: string): Row[] {
  const body = createMarkdownBody({ width: WIDTH, highlighter: plainHighlighter });
  body.update(text);
  return rowsIn(body);
}
