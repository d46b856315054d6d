import { Box, Static, Text } from 'ink';
import { type ReactElement, useMemo, useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { type Comparison, isAnswering } from '../../state/comparing/comparison.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { awaitedCall } from '../../state/tools/tool-calls.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { searchCount } from '../../state/view/search.js';
import { useAppState, useKeyboard, useShared } from '../components/context.js';
import { createInput } from '../keys/input.js';
import { draftWidth } from '../layout.js';
import { awaitedNote, offered } from '../panes/composer.js';
import { overlayView } from '../panes/overlay.js';
import { searchLine } from '../panes/search.js';
import { plainText } from '../style/line.js';
import { createSpokenLog } from './spoken.js';

const WIDTH = 80;

/** For screen readers: lines that are appended and stay, no frames, nothing that moves. */
export function PlainApp(): ReactElement {
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
        view: () => ({ ...store.getState(), width: WIDTH, height: 20 }),
        draftWidth: () => draftWidth(WIDTH),
        panesBeside: () => false,
      }),
    [store, actions, keymap, viewport],
  );
  useKeyboard(input);

  // All of it at once: what is spoken needs no scrolling.
  const over = overlayView(
    overlay,
    { width: WIDTH, height: 20 },
    { version, keymap, log: actions.log, state: store.getState },
  );
  return (
    <Box flexDirection="column">
      <Static items={[...lines]}>{({ id, text }) => <Text key={id}>{text}</Text>}</Static>
      {over !== undefined && <Text>{over.lines.map(plainText).join('\n')}</Text>}
      {answering && <Text>{`Answering; ${keymap.hints.stop} stops it.`}</Text>}
      {comparison !== undefined && <Text>{spokenChoice(comparison, keymap.hints)}</Text>}
      {search.kind === 'open' && (
        <Text>{plainText(searchLine(search, searchCount(messages, search), keymap.hints, WIDTH))}</Text>
      )}
      {offer !== undefined && <Text>{offered(offer, keymap.hints)}</Text>}
      {queue.length > 0 && <Text>{`Messages waiting to be sent: ${queue.length}.`}</Text>}
      {awaited !== undefined && <Text>{awaitedNote(awaited, keymap.hints)}</Text>}
      <Text>{`${awaited === undefined ? 'Message' : 'Result'}: ${draft.text}`}</Text>
    </Box>
  );
}

function spokenChoice({ sides, marked }: Comparison, { send, focus, stop }: KeyHints): string {
  const { name } = sides[marked].endpoint;
  return `Two answers: ${send} goes on with the one of ${sanitizeLine(name)}, ${focus} marks the other, ${stop} keeps neither.`;
}
