import { Box, Static, Text } from 'ink';
import { type ReactElement, useMemo, useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { withBidiMarks } from '../../common/text/bidi.js';
import { type Comparison, isAnswering } from '../../state/comparing/comparison.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { awaitedCall } from '../../state/tools/tool-calls.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { searchCount } from '../../state/view/search.js';
import { useAppState, useKeyboard, useShared } from '../components/context.js';
import { createInput } from '../keys/input.js';
import { draftWidth } from '../layout.js';
import { nameOf, verdictWords } from '../panes/compare/verdict-words.js';
import { attachedNote, awaitedNote, offered } from '../panes/composer.js';
import { useDraftCursor } from './draft-cursor.js';
import type { ReaderOutput } from './reader-output.js';
import { createSpokenLog } from './spoken.js';
import { SPOKEN_ROWS, SPOKEN_WIDTH, spokenOverlay, spokenSearch } from './spoken-overlay.js';

/** The interface for screen readers: it only appends lines, without frames or moving parts. */
export function PlainApp({ output }: { output: ReaderOutput }): ReactElement {
  const { store, actions, keymap, viewport, version } = useShared();
  const { messages, overlay, search, draft, queue, comparison } = useAppState(
    useShallow(({ messages, overlay, search, draft, queue, comparison }) => ({
      messages,
      overlay,
      search,
      draft,
      queue,
      comparison,
    })),
  );
  const offer = useAppState((state) => state.offer);
  const attached = useAppState(attachedNote);
  const awaited = useAppState(useShallow(awaitedCall));
  const answering = useAppState(isAnswering);
  const log = useMemo(() => createSpokenLog(store), [store]);
  const lines = useSyncExternalStore(log.subscribe, () => log.lines);
  const input = useMemo(
    () =>
      createInput({
        state: store.getState,
        actions,
        keymap,
        viewport,
        view: () => ({ ...store.getState(), width: SPOKEN_WIDTH, height: SPOKEN_ROWS }),
        draftWidth: () => draftWidth(SPOKEN_WIDTH),
        panesBeside: () => false,
      }),
    [store, actions, keymap, viewport],
  );
  useKeyboard(input);
  const label = `${awaited === undefined ? 'Message' : 'Result'}: `;
  useDraftCursor(output, draft);

  const { hints } = keymap;
  const parts = { version, keymap, log: actions.log, state: store.getState };
  const over = spokenOverlay(overlay, parts);
  const found =
    search.kind === 'open' ? spokenSearch({ messages }, search, searchCount(messages, search), hints) : [];
  return (
    <Box flexDirection="column">
      <Static items={[...lines]}>
        {({ id, text }) => <Spoken key={id}>{atWords(text, output.stdout.columns)}</Spoken>}
      </Static>
      {over.length > 0 && <Spoken>{over.join('\n')}</Spoken>}
      {answering && <Spoken>{`Answering; ${hints.stop} stops it.`}</Spoken>}
      {comparison !== undefined && <Spoken>{spokenChoice(comparison, hints)}</Spoken>}
      {found.length > 0 && <Spoken>{found.join('\n')}</Spoken>}
      {offer !== undefined && <Spoken>{offered(offer, hints)}</Spoken>}
      {queue.length > 0 && <Spoken>{`Messages waiting to be sent: ${queue.length}.`}</Spoken>}
      {attached !== undefined && <Spoken>{attached}</Spoken>}
      {awaited !== undefined && <Spoken>{awaitedNote(awaited, hints)}</Spoken>}
      <Spoken>{label + draft.text}</Spoken>
    </Box>
  );
}

/**
 * Returns the text in rows that end between words: the terminal would cut words, and screen readers read row by row.
 */
function atWords(text: string, width: number): string {
  const rows = (line: string): string[] => wrapLine(line, { width }).map((piece) => shownPiece(line, piece));
  return withBidiMarks(text).split('\n').flatMap(rows).join('\n');
}

/** Returns a text with marks in place of bidirectional controls. */
function Spoken({ children }: { children: string }): ReactElement {
  return <Text>{withBidiMarks(children)}</Text>;
}

function spokenChoice({ sides, marked, rounds }: Comparison, keys: KeyHints): string {
  const { send, focus, again, stop } = keys;
  const verdicts = rounds.now > 1 ? verdictWords(sides, again).map((words) => `${words}.`) : [];
  const choice = `${sides.length} answers: ${send} continues with the answer of ${nameOf(sides, marked)}, ${focus} marks the next, ${again} asks each again, ${stop} drops all answers.`;
  return [...verdicts, choice].join('\n');
}
