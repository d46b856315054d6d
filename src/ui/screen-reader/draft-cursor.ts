import { useApp } from 'ink';
import { useEffect } from 'react';
import { withBidiMarks } from '../../common/text/bidi.js';
import type { ReaderOutput } from './reader-output.js';

/** Moves the terminal's cursor to the draft's cursor, because screen readers read the character there. */
export function useDraftCursor(
  output: ReaderOutput,
  { text, cursor }: { text: string; cursor: number },
): void {
  const { waitUntilRenderFlush } = useApp();
  // The effect has no dependencies, because each frame leaves the cursor at the end.
  useEffect(() => {
    const frame = new AbortController();
    const place = (): void => {
      if (!frame.signal.aborted) output.moveBefore(withBidiMarks(text.slice(cursor)));
    };
    waitUntilRenderFlush().then(place, () => {});
    return () => frame.abort();
  });
}
