import { useCursor } from 'ink';
import type { ReactElement } from 'react';
import { paintRows, useAppState, useShared } from './context.js';
import { draftWidth, type Panes, type Stacked } from './layout.js';
import type { Line } from './line.js';
import { composerView, draftNote } from './panes/composer.js';
import { Rows } from './rows.js';

/** The draft, with the terminal's own cursor in it: input methods compose where that is. */
export function Composer({ layout }: { layout: Panes | Stacked }): ReactElement {
  const { theme } = useShared();
  const { setCursorPosition } = useCursor();
  const draft = useAppState((state) => state.draft);
  const covered = useAppState((state) => state.overlay.kind !== 'none');
  const note = useAppState(draftNote);
  const { top, height } = layout.composer;
  const above: Line[] = note === undefined || height < 2 ? [] : [[['dim', `   ${note}`]]];
  const { lines, cursor } = composerView(draft, draftWidth(layout.columns), height - above.length);
  setCursorPosition(covered ? undefined : { x: cursor.x, y: top + above.length + cursor.y });
  return (
    <Rows rows={paintRows([...above, ...lines], layout.columns, height, theme)} width={layout.columns} />
  );
}
