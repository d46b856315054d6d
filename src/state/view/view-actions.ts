import type { Acting } from '../acting.js';
import type { Overlay, PaneName } from '../app-state.js';
import type { ExchangeLog } from '../exchange/exchange-log.js';
import { focusNextPane, togglePanes } from './panes.js';
import type { Scroll, Selected } from './scroll.js';
import { searchFor, searchOn } from './search.js';

/** What is looked at: which part of the conversation, the panes, what stands in the conversation's place. */
export function createViewActions({ get, change, act }: Acting, log: ExchangeLog) {
  return {
    /** What the mouse selects; without it, nothing any more. */
    select: (selected?: Selected): void => change((state) => ({ ...state, selected })),
    /** The mouse is the program's, or the terminal's own again. */
    toggleMouse: act(() => {
      change((state) => ({ ...state, mouse: !state.mouse, selected: undefined }));
      return get().mouse ? 'the mouse scrolls, clicks and selects here' : "the mouse is the terminal's own";
    }),
    scrollTo: (scroll: Scroll): void => change((state) => ({ ...state, scroll })),
    togglePanes: (haveRoom: boolean): void => change((state) => togglePanes(state, haveRoom)),
    focusNextPane: (haveRoom: boolean): void => change((state) => focusNextPane(state, haveRoom)),
    /** Looks at that pane beside the conversation; without one, at none any more. */
    focusPane: (pane?: PaneName): void =>
      change((state) => ({
        ...state,
        panes:
          pane === undefined ? { shown: state.panes.shown } : { shown: true, focus: { pane, offset: 0 } },
      })),
    /** Scrolls the pane that is looked at; without `offset`, looks at none any more. */
    scrollPane: (offset?: number): void =>
      change(({ panes: { shown, focus }, ...state }) => ({
        ...state,
        panes:
          offset === undefined || focus === undefined ? { shown } : { shown, focus: { ...focus, offset } },
      })),
    /** The provider's limits have a place beside the conversation. */
    showLimits: (limitsBeside: boolean): void => change((state) => ({ ...state, limitsBeside })),
    /** The figures of the pane that is looked at, else of the request, in sentences. */
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
    /** What was said of an overlay goes with it. */
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
    /** Shows reasoning in full, or one line of it. */
    toggleReasoning: (): void => change((state) => ({ ...state, reasoningShown: !state.reasoningShown })),
    /** Shows answers as they were written, or rendered. */
    toggleSource: act(() => {
      const { sourceShown, keys } = get();
      change((state) => ({ ...state, sourceShown: !sourceShown }));
      return sourceShown
        ? 'answers are rendered'
        : `answers are shown as they were written; ${keys.source} renders them`;
    }),
  };
}
