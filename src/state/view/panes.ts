import { type AppState, PANES, type PaneName } from '../app-state.js';

/** Shows or hides the panes. They are beside the conversation, or replace it when there is no room. */
export function togglePanes(state: AppState, haveRoom: boolean): AppState {
  if (haveRoom) return { ...state, panes: { shown: !state.panes.shown } };
  const overlay =
    state.overlay.kind === 'panes'
      ? ({ kind: 'none' } as const)
      : ({ kind: 'panes', pane: 'connection', offset: 0 } as const);
  return { ...state, overlay };
}

/** Focuses the next pane, or with -1 the previous one. After the last pane and before the first is the conversation. */
export function focusNextPane(state: AppState, haveRoom: boolean, step: 1 | -1): AppState {
  const { overlay, panes } = state;
  if (haveRoom) {
    const pane = after(panes.shown ? panes.focus?.pane : undefined, step);
    return { ...state, panes: { shown: true, ...(pane !== undefined && { focus: { pane, offset: 0 } }) } };
  }
  const pane = after(overlay.kind === 'panes' ? overlay.pane : undefined, step);
  return { ...state, overlay: pane === undefined ? { kind: 'none' } : { kind: 'panes', pane, offset: 0 } };
}

function after(pane: PaneName | undefined, step: 1 | -1): PaneName | undefined {
  const order = [undefined, ...PANES];
  return order.at((order.indexOf(pane) + step) % order.length);
}
