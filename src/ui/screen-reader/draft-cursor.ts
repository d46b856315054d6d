import { useApp, useStdout, useWindowSize } from 'ink';
import { useEffect, useRef } from 'react';
import { cellWidth } from '../../state/text/graphemes.js';

/**
 * Moves the terminal's cursor to the draft's cursor, because screen readers read the character there. In a draft of
 * several rows, the cursor stays at the end.
 * @param label the text before the draft in its row
 */
export function useDraftCursor(label: string, { text, cursor }: { text: string; cursor: number }): void {
  const { stdout } = useStdout();
  const { columns } = useWindowSize();
  const { waitUntilRenderFlush } = useApp();
  const isMoved = useRef(false);
  // The effect has no dependencies, because each frame leaves the cursor at the end.
  useEffect(() => {
    const isOneRow = !text.includes('\n') && cellWidth(label + text) < columns;
    const wasMoved = isMoved.current;
    isMoved.current = isOneRow && cursor < text.length;
    if (!isOneRow || !(isMoved.current || wasMoved)) return;
    const column = cellWidth(label + text.slice(0, cursor));
    const frame = new AbortController();
    const place = (): void => {
      if (!frame.signal.aborted && stdout.writable) stdout.write(`\x1b[${column + 1}G`);
    };
    waitUntilRenderFlush().then(place, () => {});
    return () => frame.abort();
  });
}
