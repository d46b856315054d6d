import type { Attachment } from '../common/chat/attachments.js';
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

/** The panes beside the conversation, top to bottom. */
export const PANES = ['connection', 'request', 'session'] as const;
export type PaneName = (typeof PANES)[number];

/** The panes beside the conversation. The focused pane is shown in full, from row `offset` on. */
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
  /** The panes in place of the conversation, when the terminal is too narrow to show both. */
  | { readonly kind: 'panes'; readonly pane: PaneName; readonly offset: number }
  /** The explanation of a pane's figures. `back` is what the user sees after closing it. */
  | {
      readonly kind: 'explain';
      readonly pane: PaneName;
      readonly offset: number;
      readonly back: 'conversation' | 'panes';
    }
  | Picker
  | SessionList
  | Inspector;

/** A list of the last exchanges, or the details of the chosen one. `chosen` and `marked` are exchange numbers. */
export interface Inspector {
  readonly kind: 'inspector';
  readonly chosen: number;
  /** The exchange that the chosen one is compared with. */
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
  /** True when the last answer was interrupted; false when a typed message was not sent. */
  readonly interrupted: boolean;
  /** When the conversation was last used: Unix time in ms. */
  readonly usedMs: number;
}

/** Everything the interface shows. All texts from outside are already sanitized. */
export interface AppState {
  /** The branch in use. */
  readonly messages: readonly Message[];
  /** The conversation's other branches. */
  readonly aside: readonly Branch[];
  readonly nextMessageId: number;
  readonly draft: Editor;
  /** Files attached to the message in the draft. */
  readonly attachments: readonly Attachment[];
  /** Messages to send after the running answer, next one first. */
  readonly queue: readonly QueuedMessage[];
  /** The id of the question being edited: sending moves it and all that follows to another branch. */
  readonly revising?: number | undefined;
  /** The id of the answer whose tool calls get no result: the next message is a question. */
  readonly callsLeft?: number | undefined;
  /** The name that the user gave the conversation. */
  readonly name?: string | undefined;
  /** Whether the conversation is saved; absent until that is known. */
  readonly saving?: 'on' | 'failing' | 'off' | undefined;
  /** An unfinished conversation that the user can resume. */
  readonly offer?: ResumeOffer | undefined;
  readonly settings: ChatSettings;
  readonly connection: ConnectionState;
  /** The load of the server in use, while the screen shows it. */
  readonly serverLoad?: ServerLoad | undefined;
  readonly endpoint: EndpointInfo;
  /** All endpoints, including the one in use. */
  readonly modes: readonly ModeInfo[];
  readonly request: RequestView;
  readonly session: SessionFigures;
  readonly keys: KeyHints;
  /** The words that start this program in a shell. */
  readonly program: string;
  /** The limits that a good answer meets. */
  readonly slo: Slo;
  /** Whether motion is reduced: clocks and figures then change only once a second. */
  readonly calm: boolean;
  /** Present while the running exchange waits for a retry. */
  readonly retry?: RetryNotice | undefined;
  readonly scroll: Scroll;
  /** The part of the conversation that the mouse has selected. */
  readonly selected?: Selected | undefined;
  /** True while the program handles the mouse; false while the terminal does. */
  readonly mouse: boolean;
  readonly overlay: Overlay;
  readonly panes: Panes;
  /** Whether the rate limits are shown beside the conversation, so that their countdown must run. */
  readonly limitsBeside: boolean;
  readonly search: Search;
  /** Answers side by side in place of the conversation, until the user chooses one. */
  readonly comparison?: Comparison | undefined;
  /** Reasoning is shown in full. */
  readonly reasoningShown: boolean;
  /** Answers are shown as Markdown source. */
  readonly sourceShown: boolean;
  readonly toast?: Toast | undefined;
  /** The time (Unix ms) until which another ctrl+c quits. */
  readonly quitArmedUntilMs?: number | undefined;
  /** The shared clock in Unix ms. It only advances while something on the screen moves. */
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
    program: 'vastar-tui',
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

/** Returns the interval at which clocks and figures change, in ms. More than ten updates a second are unreadable. */
export function tickMs({ calm }: Pick<AppState, 'calm'>): number {
  return calm ? 1000 : 100;
}

/** Sets the clock and removes what has expired. */
export function atTime(state: AppState, nowMs: number): AppState {
  const { toast, quitArmedUntilMs } = state;
  return {
    ...state,
    nowMs,
    ...(toast !== undefined && toast.untilMs <= nowMs && { toast: undefined }),
    ...(quitArmedUntilMs !== undefined && quitArmedUntilMs <= nowMs && { quitArmedUntilMs: undefined }),
  };
}

/** Returns how many ms after `nowMs` the screen next changes by itself; undefined when it doesn't. */
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
