import { useCursor } from 'ink';
import type { ReactElement } from 'react';
import { paintRows, useAppState, useShared } from './context.js';
import { draftWidth, type Panes, type Stacked } from './layout.js';
import { composerView } from './panes/composer.js';
import { Rows } from './rows.js';

/** The draft, with the terminal's own cursor in it: input methods compose where that is. */
export function Composer({ layout }: { layout: Panes | Stacked }): ReactElement {
  const { theme } = useShared();
  const { setCursorPosition } = useCursor();
  const draft = useAppState((state) => state.draft);
  const inHelp = useAppState((state) => state.overlay.kind === 'help');
  const { top, height } = layout.composer;
  const { lines, cursor } = composerView(draft, draftWidth(layout.columns), height);
  setCursorPosition(inHelp ? undefined : { x: cursor.x, y: top + cursor.y });
  return <Rows rows={paintRows(lines, layout.columns, height, theme)} width={layout.columns} />;
}
