import type { Attachment } from '../common/chat/attachments.js';
import type { ChatMessage } from '../connector/messages.js';
import type { ChatAnswer, ChatOptions } from '../connector/types.js';
import type { ServerReading } from '../metrics/server/reading.js';
import type { ConnectionState } from '../sdk/types.js';
import type { Journal } from '../sessions/journal.js';
import type { EarlierMessage } from '../sessions/journal-target.js';
import type { SessionStore } from '../sessions/store.js';

/** The connection to the daemon. */
export interface ConnectionPort {
  readonly state: ConnectionState;
  /** Calls `listener` after each change; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Reconnects at once. */
  reconnect(): void;
  /** Requests the daemon's health and puts it into `state`. */
  health(): Promise<unknown>;
}

/** Reads files that the user names by path. */
export interface FilesPort {
  readText(path: string): ReadFile<string>;
  /** Returns the tools in a JSON file, in the form of a chat completion's `tools`. */
  readTools(path: string): ReadFile<readonly object[]>;
  /** Reads an image, a PDF or a text to attach. */
  readAttachment(path: string): ReadFile<Attachment>;
  /** Reads the image in the clipboard. */
  clipboardImage(): Promise<ReadFile<Attachment>>;
}

/** `problem` explains to the user why the file can't be used. */
export type ReadFile<T> = { ok: true; content: T } | { ok: false; problem: string };

/** Sends requests to endpoints. */
export interface ChatPort {
  /** Resolves even when the request fails; the answer's outcome is then that of a failure. */
  exchange(messages: ChatMessage[], options: ChatOptions): Promise<ChatAnswer>;
}

/** An endpoint, as the interface shows it. */
export interface EndpointInfo {
  /** The mode's name: `simulator`, `openai` or a profile's. */
  name: string;
  url: string;
  model: string;
  limits?: WaitLimits;
  /** Whether the endpoint's server has a metrics page. */
  reportsLoad?: boolean;
}

/** Limits in ms for the wait for response headers (`timeoutMs`) and for silence within a response. 0 means no limit. */
export interface WaitLimits {
  timeoutMs: number;
  idleMs: number;
}

export interface ModeInfo extends EndpointInfo {
  /** Whether the endpoint was found on this machine, and is not in the configuration. */
  found?: boolean;
  /** The reason why the endpoint can't be used now, and what to do. */
  problem?: string | undefined;
}

/** The latest load of an endpoint's server, or the reason why it could not be read. */
export type ServerLoad =
  | { readonly kind: 'read'; readonly figures: ServerReading['figures'] }
  | { readonly kind: 'unread'; readonly problem: string };

/** Reads the load of an endpoint's server. */
export interface ServerPort {
  /** Never rejects. */
  readLoad(endpoint: string, signal: AbortSignal): Promise<ServerLoad>;
}

/** All endpoints, and the one in use. */
export interface ModePort {
  readonly current: EndpointInfo;
  readonly all: readonly ModeInfo[];
  /** Calls `listener` when endpoints are added; returns a function that unsubscribes [endpoints never change]. */
  onMore?(listener: () => void): () => void;
  /** Selects the endpoint of the next requests; a running exchange keeps its own. */
  select(name: string): { ok: true; endpoint: EndpointInfo } | { ok: false; problem: string };
}

/** A message to show at the start, such as a problem in the configuration. */
export interface Notice {
  level: 'info' | 'warning';
  text: string;
}

/** The saved sessions. Their file is opened after the first frame, or earlier when a message is sent. */
export interface SessionsPort {
  /** The conversation at the start: a new one, the last used one, or the one with this title or id. */
  readonly begin: { kind: 'new' } | { kind: 'last' } | { kind: 'named'; name: string };
  /** Whether the user named the model for this start. The conversation at the start then does not replace it. */
  readonly modelGiven?: boolean;
  /** @throws an Error with a text for the user when the file can't be used; a later call may work */
  open(options: {
    /** Called when saving starts to fail, and with undefined when it works again. */
    onProblem: (problem: Error | undefined) => void;
    /** The whole conversation, to save it again after another program has deleted its session permanently. */
    earlier: () => readonly EarlierMessage[];
  }): OpenSessions;
}

export interface OpenSessions {
  readonly store: SessionStore;
  readonly journal: Journal;
  /** Closes both. */
  close(): void;
}

/** The terminal's functions that actions use. */
export interface ScreenPort {
  /** Resolves when the terminal has received everything that the state shows now. */
  flushed(): Promise<void>;
  /** Copies a text to the clipboard. */
  copy(text: string): void;
  /** Gives the terminal back to the shell until the program is resumed. */
  suspend(): void;
  /** Gives the terminal to another program until `meanwhile` resolves. */
  leave(meanwhile: () => Promise<void>): Promise<void>;
  /** Draws everything again. */
  redraw(): void;
  exit(): void;
}

/** The clock. Tests pass one that they control. */
export interface Clock {
  /** Monotonic, in ms, as `performance.now()`. */
  now(): number;
  /** Unix time in ms. */
  unixMs(): number;
  /** Calls `callback` once after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}
