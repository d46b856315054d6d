import type { AppState, Overlay } from '../../state/app-state.js';
import type { ExchangeLog } from '../../state/exchange/exchange-log.js';
import type { Keymap } from '../keys/bindings.js';
import type { Line } from '../style/line.js';
import { explainLines } from './explain/lines.js';
import { helpLines } from './help.js';
import { inspectorView } from './inspector/view.js';
import { pickerLines } from './picker.js';
import { sessionListLines } from './sessions.js';
import { allPanes, PANE_TITLES } from './side.js';

/** The rows of an overlay, which replaces the conversation. */
export interface OverlayView {
  title: string;
  /** All lines, from the first one that is shown. */
  lines: readonly Line[];
  /** The number of lines below those that fit. */
  below: number;
}

export interface OverlayParts {
  version: string;
  keymap: Keymap;
  log: ExchangeLog;
  /** The state that the panes show. */
  state: () => AppState;
}

/** Returns the open overlay; undefined when none is open. */
export function overlayView(
  overlay: Overlay,
  { width, height }: { width: number; height: number },
  { version, keymap, log, state }: OverlayParts,
): OverlayView | undefined {
  switch (overlay.kind) {
    case 'none':
      return undefined;
    case 'panes':
      return scrolled('Panes', allPanes(overlay.pane, state(), width), overlay.offset, height);
    case 'explain':
      return scrolled(
        `${PANE_TITLES[overlay.pane]}: what the figures mean`,
        explainLines(overlay.pane, state(), width),
        overlay.offset,
        height,
      );
    case 'help':
      return scrolled(
        `vastar-tui ${version}`,
        helpLines(width, keymap.bindings, keymap.hints),
        overlay.offset,
        height,
      );
    case 'picker':
      return { title: 'Choose', lines: pickerLines(overlay, width, height), below: 0 };
    case 'sessions':
      return {
        title: 'Sessions',
        lines: sessionListLines(overlay, keymap.hints, width, height, state().nowMs),
        below: 0,
      };
    case 'inspector':
      return {
        title: overlay.open ? `Inspector › #${overlay.chosen}` : 'Inspector',
        ...inspectorView(overlay, log.all(), keymap.hints, { width, height }),
      };
  }
}

function scrolled(title: string, all: readonly Line[], offset: number, height: number): OverlayView {
  const lines = all.slice(offset);
  return { title, lines, below: Math.max(0, lines.length - height) };
}
