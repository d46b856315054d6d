import type { Attachment } from '../common/attachments.js';
import type { ConnectionState } from '../sdk/types.js';
import type { Branch } from './branches/branches.js';
import { type Comparison, isAnswering } from './comparing/comparison.js';
import { type Editor, EMPTY_EDITOR } from './editor/editor.js';
import { type ChatSettings, NO_SETTINGS } from './endpoint/chat-settings.js';
import { DEFAULT_SLO, NO_FIGURES, type SessionFigures, type Slo } from './exchange/figures.js';
import { limitsOf, nextLimitsChangeMs } from './exchange/limits-view.js';
import type { RequestView, RetryNotice } from './exchange/request-view.js';
import type { Message } from './messages.js';
import type { EndpointInfo, ModeInfo, ServerLoad } from './ports.js';
import type { SessionList } from './sessions/session-list.js';
import { DEFAULT_HINTS, type KeyHints } from './view/key-hints.js';
import type { Picker } from './view/picker.js';
import type { Scroll, Selected } from './view/scroll.js';
import type { Search } from './view/search.js';

/** The panes beside the conversation, in their order. */
export const PANES = ['connection', 'request', 'session'] as const;
export type PaneName = (typeof PANES)[number];

/** The panes beside the conversation; the one that is looked at is shown in full, from row `offset` on. */
interface Panes {
  readonly shown: boolean;
  readonly focus?: { readonly pane: PaneName; readonly offset: number } | undefined;
}

interface Toast {
  readonly text: string;
  /** Unix time in ms. */
  readonly untilMs: number;
}

export type Overlay =
  | { readonly kind: 'none' }
  /** `offset`: rows scrolled. */
  | { readonly kind: 'help'; readonly offset: number }
  /** The panes, where there is no room for them beside the conversation. */
  | { readonly kind: 'panes'; readonly pane: PaneName; readonly offset: number }
  /** The figures of a pane in sentences; `panes`: closing it goes back to the panes in the conversation's place. */
  | {
      readonly kind: 'explain';
      readonly pane: PaneName;
      readonly offset: number;
      readonly back: 'conversation' | 'panes';
    }
  | Picker
  | SessionList
  | Inspector;

/** The last exchanges, or the chosen one opened. Exchanges are known by their numbers. */
export interface Inspector {
  readonly kind: 'inspector';
  readonly chosen: number;
  /** The one that the chosen one is compared with. */
  readonly marked?: number | undefined;
  readonly open: boolean;
  /** Rows scrolled. */
  readonly offset: number;
}

export interface QueuedMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

export interface ResumeOffer {
  readonly title: string;
  /** Its last answer was interrupted; else something in it was never sent. */
  readonly interrupted: boolean;
  /** When it was used last: Unix time in ms. */
  readonly usedMs: number;
}

/** All the interface shows. Texts from outside are harmless (`sanitize`) before they get here. */
export interface AppState {
  /** The branch in use. */
  readonly messages: readonly Message[];
  /** The conversation's other branches. */
  readonly aside: readonly Branch[];
  readonly nextMessageId: number;
  readonly draft: Editor;
  /** What goes with the message in the draft. */
  readonly attachments: readonly Attachment[];
  /** Messages to be sent after the running answer, the next first. */
  readonly queue: readonly QueuedMessage[];
  /** The question whose change is in the draft, by its id: sending sets aside all from there on. */
  readonly revising?: number | undefined;
  /** The id of the answer whose calls stay without a result: the next message is a question. */
  readonly callsLeft?: number | undefined;
  /** What the user calls the conversation. */
  readonly name?: string | undefined;
  /** Whether the conversation is being saved; absent before that is known. */
  readonly saving?: 'on' | 'failing' | 'off' | undefined;
  /** A conversation that was left unfinished and can be gone on with. */
  readonly offer?: ResumeOffer | undefined;
  readonly settings: ChatSettings;
  readonly connection: ConnectionState;
  /** Of the endpoint in use, while it is shown. */
  readonly serverLoad?: ServerLoad | undefined;
  readonly endpoint: EndpointInfo;
  /** All endpoints there are, that one among them. */
  readonly modes: readonly ModeInfo[];
  readonly request: RequestView;
  readonly session: SessionFigures;
  readonly keys: KeyHints;
  /** What counts as a good answer. */
  readonly slo: Slo;
  /** Nothing moves that need not: clocks and figures change once a second. */
  readonly calm: boolean;
  /** While the running exchange waits to be tried again. */
  readonly retry?: RetryNotice | undefined;
  readonly scroll: Scroll;
  /** What the mouse has selected in the conversation. */
  readonly selected?: Selected | undefined;
  /** The mouse is the program's; else it is the terminal's own. */
  readonly mouse: boolean;
  readonly overlay: Overlay;
  readonly panes: Panes;
  /** The provider's limits have a place beside the conversation, where their countdown runs. */
  readonly limitsBeside: boolean;
  readonly search: Search;
  /** Two answers side by side in the conversation's place, until one is chosen. */
  readonly comparison?: Comparison | undefined;
  /** Reasoning is shown in full. */
  readonly reasoningShown: boolean;
  /** Answers are shown as they were written, with all marks. */
  readonly sourceShown: boolean;
  readonly toast?: Toast | undefined;
  /** Until then (Unix ms), another ctrl+c quits. */
  readonly quitArmedUntilMs?: number | undefined;
  /** The shared clock, Unix ms: goes on only while something on the screen moves. */
  readonly nowMs: number;
}

export function initialState(connection: ConnectionState, endpoint: EndpointInfo, nowMs: number): AppState {
  return {
    messages: [],
    aside: [],
    nextMessageId: 1,
    draft: EMPTY_EDITOR,
    attachments: [],
    queue: [],
    settings: NO_SETTINGS,
    connection,
    endpoint,
    modes: [],
    request: { kind: 'none' },
    session: NO_FIGURES,
    keys: DEFAULT_HINTS,
    slo: DEFAULT_SLO,
    calm: false,
    mouse: false,
    scroll: { kind: 'follow' },
    overlay: { kind: 'none' },
    panes: { shown: true },
    limitsBeside: false,
    search: { kind: 'closed' },
    reasoningShown: false,
    sourceShown: false,
    nowMs,
  };
}

const TENTHS_BELOW_MS = 10_000;

/** How often a running clock and its figures change, in ms: more than ten times a second can't be read, and costs. */
export function tickMs({ calm }: Pick<AppState, 'calm'>): number {
  return calm ? 1000 : 100;
}

/** Moves the clock; drops what has expired. */
export function atTime(state: AppState, nowMs: number): AppState {
  const { toast, quitArmedUntilMs } = state;
  return {
    ...state,
    nowMs,
    ...(toast !== undefined && toast.untilMs <= nowMs && { toast: undefined }),
    ...(quitArmedUntilMs !== undefined && quitArmedUntilMs <= nowMs && { quitArmedUntilMs: undefined }),
  };
}

/** How many ms after `nowMs` the screen changes by itself; undefined when it stays as it is. */
export function nextChangeMs(state: AppState, nowMs: number): number | undefined {
  const { connection, toast, quitArmedUntilMs } = state;
  const times: number[] = [];
  if (isAnswering(state)) times.push(tickMs(state));
  if (connection.status === 'waiting' && connection.retryAtMs > nowMs) {
    const left = connection.retryAtMs - nowMs;
    times.push(left > TENTHS_BELOW_MS ? 1000 : tickMs(state));
  }
  if (connection.status === 'connected' && connection.silentSinceMs !== undefined) times.push(tickMs(state));
  const limits = showsLimits(state) ? limitsOf(state) : undefined;
  const limitsMs = limits && nextLimitsChangeMs(limits, nowMs);
  if (limitsMs !== undefined) times.push(limitsMs);
  if (toast !== undefined) times.push(Math.max(0, toast.untilMs - nowMs));
  if (quitArmedUntilMs !== undefined) times.push(Math.max(0, quitArmedUntilMs - nowMs));
  return times.length === 0 ? undefined : Math.min(...times);
}

function showsLimits({ limitsBeside, overlay }: AppState): boolean {
  return limitsBeside || (overlay.kind === 'panes' && overlay.pane === 'connection');
}
