import { memo, type ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { AppState } from '../state/app-state.js';
import { isAnswering, shownRequest } from '../state/comparing/compare.js';
import { titleOf } from '../state/messages.js';
import { fitRows, useAppState } from './context.js';
import type { Line } from './line.js';
import { type BarState, footerLine, headerLine, statusBar } from './panes/bars.js';
import { Rows } from './rows.js';

interface BarProps {
  width: number;
}

/** Name, conversation, mode and model. */
export const Header = memo(function Header({ width }: BarProps): ReactElement {
  const title = useAppState(conversationTitle);
  const endpoint = useAppState((state) => state.endpoint);
  return <Bar line={headerLine(title, endpoint, width)} width={width} />;
});

function conversationTitle({ name, messages, saving }: AppState): string {
  const unsaved = saving === 'off' || saving === 'failing' ? ' (not saved)' : '';
  return `${name ?? titleOf(messages)}${unsaved}`;
}

/** Connection and request, where there are no side panes. */
export const StatusBar = memo(function StatusBar({
  width,
  withMessages,
}: BarProps & {
  /** Also what just happened, as there is no footer. */
  withMessages: boolean;
}): ReactElement {
  return <Bar line={statusBar(useBarState(), width, withMessages)} width={width} />;
});

/** What just happened, and the keys that help now. */
export const Footer = memo(function Footer({ width }: BarProps): ReactElement {
  return <Bar line={footerLine(useBarState(), width)} width={width} />;
});

function Bar({ line, width }: BarProps & { line: Line }): ReactElement {
  return <Rows rows={fitRows([line], width, 1)} width={width} />;
}

function useBarState(): BarState {
  return useAppState(
    useShallow(({ connection, comparison, request, retry, toast, quitArmedUntilMs, keys, nowMs }) => ({
      connection,
      request: shownRequest({ comparison, request }),
      keys,
      retry,
      comparing: comparison !== undefined,
      answering: isAnswering({ comparison, request }),
      toast,
      quitArmedUntilMs,
      // The clock matters only while it counts down.
      nowMs: connection.status === 'waiting' || retry !== undefined ? nowMs : 0,
    })),
  );
}
