import { memo, type ReactElement, useMemo } from 'react';
import type { AppState } from '../../state/app-state.js';
import { awaitedCall } from '../../state/tools/tool-calls.js';
import { draftWidth, type Panes, type Stacked } from '../layout.js';
import { composerView, draftNote } from '../panes/composer.js';
import type { Line } from '../style/line.js';
import { fitRows } from './context.js';
import { Painted } from './rows.js';

const selectDraft = (state: AppState) => ({
  draft: state.draft,
  // What is typed goes elsewhere.
  covered: state.overlay.kind !== 'none' || state.search.kind === 'open',
  note: draftNote(state),
  placeholder: awaitedCall(state) === undefined ? undefined : 'write the result',
});

/** The draft, with the terminal's own cursor in it: input methods compose where that is. */
export const Composer = memo(function Composer({ layout }: { layout: Panes | Stacked }): ReactElement {
  const { columns, composer } = layout;
  const { height } = composer;
  const view = useMemo(
    () =>
      ({ draft, covered, note, placeholder }: ReturnType<typeof selectDraft>) => {
        const above: Line[] = note === undefined || height < 2 ? [] : [[['dim', `   ${note}`]]];
        const { lines, cursor } = composerView(
          draft,
          draftWidth(columns),
          height - above.length,
          covered ? '' : placeholder,
        );
        return [
          {
            rows: fitRows([...above, ...lines], columns, height),
            width: columns,
            cursor: covered ? undefined : { x: cursor.x, y: above.length + cursor.y },
          },
        ];
      },
    [columns, height],
  );
  return <Painted width={columns} height={height} select={selectDraft} view={view} />;
});
