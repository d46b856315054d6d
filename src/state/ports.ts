import type { Attachment } from '../common/attachments.js';
import type { ChatAnswer, ChatMessage, ChatOptions } from '../connector/types.js';
import type { ServerReading } from '../metrics/server/reading.js';
import type { ConnectionState } from '../sdk/types.js';
import type { EarlierMessage, Journal } from '../sessions/journal.js';
import type { SessionStore } from '../sessions/store.js';

/** The connection to the daemon, as the interface sees it. */
export interface ConnectionPort {
  readonly state: ConnectionState;
  /** Calls `listener` after each change; returns how to stop that. */
  subscribe(listener: () => void): () => void;
  /** Tries again at once. */
  reconnect(): void;
  /** Asks the daemon how it does; the state has the answer. */
  health(): Promise<unknown>;
}

/** Files that the user names by path, read whole. */
export interface FilesPort {
  readText(path: string): ReadFile<string>;
  /** The tools in a JSON file, as a chat completion declares them. */
  readTools(path: string): ReadFile<readonly object[]>;
  /** An image, a PDF or a text, to send with a question. */
  readAttachment(path: string): ReadFile<Attachment>;
  /** The image in the clipboard, where it can be had. */
  clipboardImage(): Promise<ReadFile<Attachment>>;
}

/** `problem`: why the file is of no use, in words for people. */
export type ReadFile<T> = { ok: true; content: T } | { ok: false; problem: string };

/** Asks an endpoint. */
export interface ChatPort {
  /** Never rejects for a failure of the request: the answer's outcome tells. */
  exchange(messages: ChatMessage[], options: ChatOptions): Promise<ChatAnswer>;
}

/** Where chat completions come from. */
export interface EndpointInfo {
  /** The mode's name: `simulator`, `openai` or a profile's. */
  name: string;
  url: string;
  model: string;
  limits?: WaitLimits;
  /** Its server has a metrics page. */
  tellsLoad?: boolean;
}

/** How long the response's headers may take, and how long a response may be silent, in ms. 0 is no limit. */
export interface WaitLimits {
  timeoutMs: number;
  idleMs: number;
}

export interface ModeInfo extends EndpointInfo {
  /** No configuration names it: it was found on this machine. */
  found?: boolean;
  /** Why it can't be used now, and what to do. */
  problem?: string | undefined;
}

/** What an endpoint's server told of its load last, or why it told nothing. */
export type ServerLoad =
  | { readonly kind: 'read'; readonly figures: ServerReading['figures'] }
  | { readonly kind: 'unread'; readonly problem: string };

/** What the server of an endpoint tells of its load. */
export interface ServerPort {
  /** Never rejects. */
  readLoad(endpoint: string, signal: AbortSignal): Promise<ServerLoad>;
}

/** The endpoints there are, and the one in use. */
export interface ModePort {
  readonly current: EndpointInfo;
  readonly all: readonly ModeInfo[];
  /** Calls `listener` when there are further ones; returns how to stop that [there never are]. */
  onMore?(listener: () => void): () => void;
  /** Uses another endpoint from the next request on; a running exchange keeps its own. */
  select(name: string): { ok: true; endpoint: EndpointInfo } | { ok: false; problem: string };
}

/** Something to know from the start, such as a problem in the configuration. */
export interface Notice {
  level: 'info' | 'warning';
  text: string;
}

/** The saved sessions. Their file is opened after the first frame, or when a message is sent before that. */
export interface SessionsPort {
  /** What the chat begins with: a new conversation, the one used last, or one by its title or id. */
  readonly begin: { kind: 'new' } | { kind: 'last' } | { kind: 'named'; name: string };
  /** @throws an Error with words for people when the file can't be used; may be tried again */
  open(told: {
    /** Saving begins to fail, or (undefined) works again. */
    onProblem: (problem: Error | undefined) => void;
    /** The whole conversation, to be saved again when its session was deleted for good elsewhere. */
    earlier: () => readonly EarlierMessage[];
  }): OpenSessions;
}

export interface OpenSessions {
  readonly store: SessionStore;
  readonly journal: Journal;
  /** Ends both. */
  close(): void;
}

/** What the state needs from the terminal. */
export interface ScreenPort {
  /** Resolves when what the state says now has been written to the terminal. */
  flushed(): Promise<void>;
  /** Puts a text into the terminal's clipboard. */
  copy(text: string): void;
  /** Gives the terminal back to the shell until the program is resumed. */
  suspend(): void;
  /** Gives the terminal to something else until that is done. */
  leave(meanwhile: () => Promise<void>): Promise<void>;
  /** Draws everything again. */
  redraw(): void;
  exit(): void;
}

/** Time, handed in so that tests can set it. */
export interface Clock {
  /** Monotonic, in ms, as `performance.now()`. */
  now(): number;
  /** Unix time in ms. */
  unixMs(): number;
  /** Calls `callback` once, `delayMs` from now; returns how to cancel that. */
  after(delayMs: number, callback: () => void): () => void;
}
