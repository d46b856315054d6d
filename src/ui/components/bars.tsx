import { memo, type ReactElement, useMemo } from 'react';
import type { AppState } from '../../state/app-state.js';
import { isAnswering, shownRequest } from '../../state/comparing/comparison.js';
import { titleOf } from '../../state/messages.js';
import { type BarState, footerLine, headerLine, statusBar, typingPlace } from '../panes/bars.js';
import { countsTime } from '../panes/connection.js';
import type { Line } from '../style/line.js';
import { fitRows } from './context.js';
import { Painted } from './rows.js';

interface BarProps {
  width: number;
}

/** Name, conversation, mode and model. */
export const Header = memo(function Header({ width }: BarProps): ReactElement {
  return <Bar width={width} select={selectHeader} line={lineOfHeader} />;
});

const selectHeader = (state: AppState) => ({ title: conversationTitle(state), endpoint: state.endpoint });
const lineOfHeader = ({ title, endpoint }: ReturnType<typeof selectHeader>, width: number): Line =>
  headerLine(title, endpoint, width);

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
  return <Bar width={width} select={barState} line={withMessages ? statusWithMessages : statusAlone} />;
});

const statusWithMessages = (state: BarState, width: number): Line => statusBar(state, width, true);
const statusAlone = (state: BarState, width: number): Line => statusBar(state, width, false);

/** What just happened, and the keys that help now. */
export const Footer = memo(function Footer({ width }: BarProps): ReactElement {
  return <Bar width={width} select={barState} line={footerLine} />;
});

function barState({
  connection,
  comparison,
  endpoint,
  request,
  retry,
  toast,
  quitArmedUntilMs,
  keys,
  nowMs,
  overlay,
  panes,
  search,
}: AppState): BarState {
  return {
    connection,
    request: shownRequest({ comparison, request }),
    keys,
    retry,
    // The shown request of a comparison may be that of another endpoint.
    limits: comparison === undefined ? endpoint.limits : undefined,
    comparing: comparison !== undefined,
    answering: isAnswering({ comparison, request }),
    toast,
    quitArmedUntilMs,
    typing: typingPlace({ overlay, search, panes }),
    // The clock matters only while it counts down.
    nowMs: countsTime({ connection, retry }) ? nowMs : 0,
  };
}

function Bar<T extends object>({
  width,
  select,
  line,
}: BarProps & { select: (state: AppState) => T; line: (shown: T, width: number) => Line }): ReactElement {
  const view = useMemo(
    () => (shown: T) => [{ width, rows: fitRows([line(shown, width)], width, 1) }],
    [width, line],
  );
  return <Painted width={width} height={1} select={select} view={view} />;
}
