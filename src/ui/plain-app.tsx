import { Box, Static, Text, useInput, usePaste } from 'ink';
import { type ReactElement, useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { AppState } from '../state/app-state.js';
import type { Message } from '../state/messages.js';
import { searchCount } from '../state/search.js';
import { useAppState, useShared } from './context.js';
import { createInput } from './input.js';
import { keyPresses } from './keys.js';
import { draftWidth } from './layout.js';
import { plainText } from './line.js';
import { overlayView } from './overlay.js';
import { offered } from './panes/composer.js';
import { connectionSummary } from './panes/connection.js';
import { searchLine } from './panes/search.js';

const WIDTH = 80;

/** For screen readers: lines that are appended and stay, no frames, nothing that moves. */
export function PlainApp(): ReactElement {
  const { store, actions, keymap, viewport, version } = useShared();
  const { messages, overlay, search, draft, queue, toast, quitArmedUntilMs } = useAppState(
    useShallow(({ messages, overlay, search, draft, queue, toast, quitArmedUntilMs }) => ({
      messages,
      overlay,
      search,
      draft,
      queue,
      toast,
      quitArmedUntilMs,
    })),
  );
  const offer = useAppState((state) => state.offer);
  const connection = useAppState(spokenConnection);
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
  useInput((text, key) => {
    for (const press of keyPresses(text, key)) input.press(press);
  });
  usePaste(input.paste);

  const finished = messages.filter(
    (message) => message.role !== 'assistant' || message.status.kind !== 'streaming',
  );
  // All of it at once: what is spoken needs no scrolling.
  const over = overlayView(
    overlay,
    { width: WIDTH, height: 20 },
    { version, keymap, log: actions.log, state: store.getState },
  );
  const words = quitArmedUntilMs === undefined ? toast?.text : `${keymap.hints.quit} again quits`;
  return (
    <Box flexDirection="column">
      <Static key={finished[0]?.id} items={finished}>
        {(message) => <Text key={message.id}>{spoken(message)}</Text>}
      </Static>
      {over !== undefined && <Text>{over.lines.map(plainText).join('\n')}</Text>}
      {finished.length < messages.length && <Text>{`answering, ${keymap.hints.stop} stops`}</Text>}
      {search.kind === 'open' && (
        <Text>{plainText(searchLine(search, searchCount(messages, search), WIDTH))}</Text>
      )}
      {words !== undefined && <Text>{words}</Text>}
      <Text>{connection}</Text>
      {offer !== undefined && <Text>{offered(offer)}</Text>}
      {queue.length > 0 && <Text>{`queued: ${queue.length}`}</Text>}
      <Text>{`message: ${draft.text}`}</Text>
    </Box>
  );
}

/** Without the countdown, which would be read again and again. */
function spokenConnection(state: AppState): string {
  return state.connection.status === 'waiting'
    ? 'not connected, trying again'
    : plainText(connectionSummary(state));
}

function spoken(message: Message): string {
  const { role, text } = message;
  if (role === 'user') return `you: ${text}`;
  if (role === 'notice') return `note: ${text}`;
  const { status } = message;
  if (status.kind === 'streaming') return '';
  const failure = status.kind === 'error' ? [`failed: ${status.failure.what}`, status.failure.next] : [];
  return [`assistant: ${text}`, ...failure, ...status.remarks].join('\n');
}
