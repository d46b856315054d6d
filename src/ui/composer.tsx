import type { ReactElement } from 'react';
import { fitRows, useAppState } from './context.js';
import { draftWidth, type Panes, type Stacked } from './layout.js';
import type { Line } from './line.js';
import { composerView, draftNote } from './panes/composer.js';
import { Rows } from './rows.js';

/** The draft, with the terminal's own cursor in it: input methods compose where that is. */
export function Composer({ layout }: { layout: Panes | Stacked }): ReactElement {
  const draft = useAppState((state) => state.draft);
  const covered = useAppState((state) => state.overlay.kind !== 'none');
  const note = useAppState(draftNote);
  const { height } = layout.composer;
  const above: Line[] = note === undefined || height < 2 ? [] : [[['dim', `   ${note}`]]];
  const { lines, cursor } = composerView(draft, draftWidth(layout.columns), height - above.length);
  return (
    <Rows
      rows={fitRows([...above, ...lines], layout.columns, height)}
      width={layout.columns}
      cursor={covered ? undefined : { x: cursor.x, y: above.length + cursor.y }}
    />
  );
}
