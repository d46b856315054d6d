import { memo, type ReactElement, useMemo } from 'react';
import type { AppState } from '../../state/app-state.js';
import { titleOf } from '../../state/branches/branches.js';
import { isAnswering, shownRequest } from '../../state/comparing/comparison.js';
import { type BarState, footerLine, headerLine, statusBar, typingPlace } from '../panes/bars.js';
import { countsTime } from '../panes/connection.js';
import type { Line } from '../style/line.js';
import { fitRows } from './context.js';
import { Painted } from './rows.js';

interface BarProps {
  width: number;
}

/** The top row: program, conversation, mode and model. */
export const Header = memo(function Header({ width }: BarProps): ReactElement {
  return <Bar width={width} select={selectHeader} line={lineOfHeader} />;
});

const selectHeader = (state: AppState) => ({ title: conversationTitle(state), endpoint: state.endpoint });
const lineOfHeader = ({ title, endpoint }: ReturnType<typeof selectHeader>, width: number): Line =>
  headerLine(title, endpoint, width);

function conversationTitle({ name, messages, aside, saving }: AppState): string {
  const unsaved = saving === 'off' || saving === 'failing' ? ' (not saved)' : '';
  return `${name ?? titleOf({ messages, aside })}${unsaved}`;
}

/** Connection and request in one row; used without side panes. */
export const StatusBar = memo(function StatusBar({
  width,
  withMessages,
}: BarProps & {
  /** This row also shows toasts, because there is no footer. */
  withMessages: boolean;
}): ReactElement {
  return <Bar width={width} select={barState} line={withMessages ? statusWithMessages : statusAlone} />;
});

const statusWithMessages = (state: BarState, width: number): Line => statusBar(state, width, true);
const statusAlone = (state: BarState, width: number): Line => statusBar(state, width, false);

/** The bottom row: toasts, and the keys that are useful now. */
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
    // In a comparison, the request on the screen may belong to another endpoint.
    limits: comparison === undefined ? endpoint.limits : undefined,
    comparing: comparison !== undefined,
    answering: isAnswering({ comparison, request }),
    toast,
    quitArmedUntilMs,
    typing: typingPlace({ overlay, search, panes }),
    // The value is 0 without a countdown, so that the bar is not painted on each tick.
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
