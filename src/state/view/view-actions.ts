import type { Acting } from '../acting.js';
import type { Overlay, PaneName } from '../app-state.js';
import type { ExchangeLog } from '../exchange/exchange-log.js';
import { focusNextPane, togglePanes } from './panes.js';
import type { Scroll, Selected } from './scroll.js';
import { searchFor, searchOn } from './search.js';

/** Actions that change the view: scrolling, panes, overlays and search. */
export function createViewActions({ get, change, act }: Acting, log: ExchangeLog) {
  return {
    /** Sets the mouse's selection; undefined removes it. */
    select: (selected?: Selected): void => change((state) => ({ ...state, selected })),
    /** Switches the mouse between this program and the terminal. */
    toggleMouse: act(() => {
      change((state) => ({ ...state, mouse: !state.mouse, selected: undefined }));
      return get().mouse
        ? 'this program handles the mouse: it scrolls, clicks and selects'
        : 'the terminal handles the mouse';
    }),
    scrollTo: (scroll: Scroll): void => change((state) => ({ ...state, scroll })),
    togglePanes: (haveRoom: boolean): void => change((state) => togglePanes(state, haveRoom)),
    focusNextPane: (haveRoom: boolean, step: 1 | -1 = 1): void =>
      change((state) => focusNextPane(state, haveRoom, step)),
    /** Focuses a pane beside the conversation; undefined focuses none. */
    focusPane: (pane?: PaneName): void =>
      change((state) => ({
        ...state,
        panes:
          pane === undefined ? { shown: state.panes.shown } : { shown: true, focus: { pane, offset: 0 } },
      })),
    /** Scrolls the focused pane; without `offset` it loses the focus. */
    scrollPane: (offset?: number): void =>
      change(({ panes: { shown, focus }, ...state }) => ({
        ...state,
        panes:
          offset === undefined || focus === undefined ? { shown } : { shown, focus: { ...focus, offset } },
      })),
    /** Sets whether the rate limits are shown beside the conversation. */
    showLimits: (limitsBeside: boolean): void => change((state) => ({ ...state, limitsBeside })),
    /** Opens the explanation of the figures in the focused pane, or else in the request pane. */
    explain: (): void =>
      change((state) => {
        const { overlay, panes } = state;
        const inPlace = overlay.kind === 'panes';
        const pane = inPlace ? overlay.pane : (panes.focus?.pane ?? 'request');
        return {
          ...state,
          overlay: { kind: 'explain', pane, offset: 0, back: inPlace ? 'panes' : 'conversation' },
        };
      }),
    /** Shows an overlay. Closing it also removes its toast. */
    show: (overlay: Overlay): void =>
      change((state) => ({ ...state, overlay, ...(overlay.kind === 'none' && { toast: undefined }) })),
    inspect: act(() => {
      const [latest] = log.all();
      if (latest === undefined) return 'no exchange yet: send a message first';
      const overlay = { kind: 'inspector', chosen: latest.number, open: false, offset: 0 } as const;
      change((state) => ({ ...state, overlay }));
      return undefined;
    }),
    openSearch: (): void =>
      change((state) => ({ ...state, search: searchFor(state.messages, state.search, '') })),
    searchFor: (query: string): void =>
      change((state) => ({ ...state, search: searchFor(state.messages, state.search, query) })),
    searchNext: (): void =>
      change((state) => ({ ...state, search: searchOn(state.messages, state.search, 1) })),
    searchPrevious: (): void =>
      change((state) => ({ ...state, search: searchOn(state.messages, state.search, -1) })),
    closeSearch: (): void => change((state) => ({ ...state, search: { kind: 'closed' } })),
    /** Switches between the full reasoning and one line of it. */
    toggleReasoning: (): void => change((state) => ({ ...state, reasoningShown: !state.reasoningShown })),
    /** Switches answers between Markdown source and rendered text. */
    toggleSource: act(() => {
      const { sourceShown, keys } = get();
      change((state) => ({ ...state, sourceShown: !sourceShown }));
      return sourceShown
        ? 'answers are rendered'
        : `answers are shown as Markdown source; ${keys.source} renders them`;
    }),
  };
}
