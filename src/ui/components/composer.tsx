import { memo, type ReactElement, useMemo } from 'react';
import type { AppState } from '../../state/app-state.js';
import { awaitedCall } from '../../state/tools/tool-calls.js';
import { draftWidth, type Panes, type Stacked } from '../layout.js';
import { attachedNote, composerView, draftNote } from '../panes/composer.js';
import type { Line } from '../style/line.js';
import { fitRows } from './context.js';
import { Painted } from './rows.js';

const selectDraft = (state: AppState) => ({
  draft: state.draft,
  // While an overlay or the search is open, typed text goes there.
  covered: state.overlay.kind !== 'none' || state.search.kind === 'open',
  attached: attachedNote(state),
  note: draftNote(state),
  placeholder: awaitedCall(state) === undefined ? undefined : 'write the result',
});

/** The draft. The terminal's cursor is in it, because input methods compose text at the cursor. */
export const Composer = memo(function Composer({ layout }: { layout: Panes | Stacked }): ReactElement {
  const { columns, composer } = layout;
  const { height } = composer;
  const view = useMemo(
    () =>
      ({ draft, covered, attached, note, placeholder }: ReturnType<typeof selectDraft>) => {
        const notes = [attached, note].flatMap((text): Line[] =>
          text === undefined ? [] : [[['dim', `   ${text}`]]],
        );
        // At least one row is left for the draft.
        const above = notes.slice(0, height - 1);
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
