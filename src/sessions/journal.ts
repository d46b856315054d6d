import type { FinishedExchange } from './exchange-table.js';
import type { Answer } from './message-table.js';
import { SessionsError } from './problem.js';
import type { SessionStore } from './store.js';
import type { Attachment, MessageStatus } from './types.js';

export interface JournalOptions {
  /** The session to go on with; without one it is made with the first message. */
  session?: string;
  /** Calls `callback` once, `delayMs` from now; returns how to cancel that. */
  after?: (delayMs: number, callback: () => void) => () => void;
  /** Called when saving begins to fail (for a lock, once it lasts), and with undefined when all waiting changes are saved. */
  onProblem?: (problem: SessionsError | undefined) => void;
  /**
   * The whole conversation, a parent before its children: what was saved of it is saved again when its session
   * was deleted for good elsewhere.
   */
  earlier?: () => readonly EarlierMessage[];
}

/** A question or a tool's result, by the caller's ids. */
export interface Said {
  id: number;
  text: string;
  parentId?: number | null;
  attachments?: readonly Attachment[];
  /** Of a tool's result: the call that it answers. */
  toolCallId?: string;
}

/** A message of the conversation. */
export interface EarlierMessage extends Said {
  parentId: number | null;
  /** Absent for a question and a tool's result. */
  answer?: Omit<Answer, 'text'> & Ended & { endpoint: string; model: string };
}

interface Ended {
  status: EndStatus;
  /** Unless the exchange's figures have it. */
  finishReason?: string | null;
}

export type EndStatus = Exclude<MessageStatus, 'streaming'>;

/**
 * Saves a conversation as it happens. Nothing here throws: while the file can't be written, what happens is
 * kept in memory and saved, in order, as soon as a later write succeeds. Messages go by the caller's ids.
 */
export interface Journal {
  /** The session's id, once it is saved. */
  readonly session: string | undefined;
  /**
   * Saves a question or a tool's result. On disk when this returns true: only then send it. It follows the last
   * message, unless `parentId` says otherwise.
   */
  said(message: Said): boolean;
  answerStarted(answer: { id: number; endpoint: string; model: string; parentId?: number | null }): void;
  /** A piece of the answer; pieces are written once a second. */
  answerText(id: number, piece: { text?: string; reasoning?: string; refusal?: string }): void;
  /** All of the answer so far, in place of its pieces. */
  answerSoFar(id: number, answer: Answer): void;
  /** What differs from the pieces, or was not among them, in its place. */
  answerEnded(id: number, end: Partial<Answer> & Ended & { exchange?: FinishedExchange }): void;
  /** The conversation goes on from this message now; written with the next message, or within a second. */
  branch(id: number | null): void;
  /** What is in the editor; written once a second. */
  draft(text: string): void;
  /** The messages that wait to be sent; on disk when this returns, as is the draft. */
  queue(texts: readonly string[]): void;
  /** What the session is called; it is made with this title where there is none yet. */
  name(title: string): void;
  /** Tells that a message of the resumed session, by its id in the file, is known under this id. */
  known(id: number, savedId: number): void;
  /** Goes on in another session, or a new one. */
  open(session: string | undefined): void;
  /** Writes what waits, an answer that still streams as interrupted, and stops the timer. */
  close(): void;
}

/** Below one second, so that a late timer still keeps that promise. */
const CHECKPOINT_MS = 900;

/** Another program's write is short: only a lock that lasts for this many attempts is reported. */
const BUSY_ATTEMPTS = 5;

interface Asked {
  parentId: number | null;
  endpoint: string;
  model: string;
}

type Begun = Asked & Required<Answer>;

/** What the next transaction brings along. */
interface Unsaved {
  draft?: string;
  queue?: readonly string[];
  head?: number | null;
}

/** The session that something belongs to: what waits to be saved keeps to its own when another one is opened. */
interface Place {
  session: string | undefined;
  title: string | undefined;
  /** Ids in the file, by the caller's. */
  saved: Map<number, number>;
}

export function createJournal(store: SessionStore, options: JournalOptions = {}): Journal {
  const { after = systemTimer, onProblem = () => {}, earlier = () => [] } = options;
  let place: Place = { session: options.session, title: undefined, saved: new Map() };
  const streaming = new Map<number, Begun>();
  const waiting: { place: Place; work: (place: Place) => void }[] = [];
  let unsaved: Unsaved = {};
  let lastId: number | null = null;
  let cancelTimer: (() => void) | undefined;
  let failing = false;
  let busyAttempts = 0;

  const tell = (problem: SessionsError | undefined): void => {
    busyAttempts = problem?.kind === 'busy' ? busyAttempts + 1 : 0;
    if (busyAttempts > 0 && busyAttempts < BUSY_ATTEMPTS) return;
    if ((problem !== undefined) === failing) return;
    failing = problem !== undefined;
    onProblem(problem);
  };
  const arm = (): void => {
    cancelTimer ??= after(CHECKPOINT_MS, () => {
      cancelTimer = undefined;
      checkpoint();
    });
  };
  /** All of `work` or nothing; in a new session where this one has been deleted for good elsewhere. */
  const attempt = (at: Place, work: (place: Place) => void): boolean => {
    const before = { ...at };
    let all = work;
    for (let again = false; ; again = true) {
      // What a failed transaction has put into it must not be believed.
      at.saved = new Map(again ? [] : before.saved);
      try {
        store.together(() => all(at));
        return true;
      } catch (error) {
        Object.assign(at, before);
        const problem =
          error instanceof SessionsError ? error : new SessionsError('failed', String(error), error);
        if (problem.kind !== 'unknown' || again) {
          tell(problem);
          return false;
        }
        at.session = undefined;
        all = (anew) => {
          for (const message of earlier()) if (before.saved.has(message.id)) saveAgain(anew, message);
          work(anew);
        };
      }
    }
  };
  /** Saves what waits, in order; false: something still does. */
  const drain = (): boolean => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (!attempt(next.place, next.work)) {
        arm();
        return false;
      }
      waiting.shift();
    }
    tell(undefined);
    return true;
  };
  const save = (work: (place: Place) => void): boolean => {
    waiting.push({ place, work });
    return drain();
  };
  const sessionFor = (at: Place, words: string): string => {
    if (at.session === undefined) {
      at.session = (at.title === undefined ? store.createFor(words) : store.create(at.title)).id;
      // What was typed before there was a session is this one's.
      store.saveDraft(null, '');
    }
    return at.session;
  };
  const ask = (at: Place, { id, parentId = null, ...said }: Said): void => {
    const role = said.toolCallId === undefined ? 'user' : 'tool';
    const message = { ...said, role, parentId: savedId(at, parentId) } as const;
    at.saved.set(id, store.append(sessionFor(at, said.text), message));
  };
  const begin = (at: Place, id: number, { parentId, endpoint, model }: Asked): number => {
    const known = savedId(at, id);
    if (known !== null) return known;
    const answer = { parentId: savedId(at, parentId), endpoint, model };
    const made = store.beginAnswer(sessionFor(at, ''), answer);
    at.saved.set(id, made);
    return made;
  };
  const saveAgain = (at: Place, { answer, ...message }: EarlierMessage): void => {
    if (answer === undefined) {
      ask(at, message);
      return;
    }
    const { endpoint, model, ...ended } = answer;
    const id = begin(at, message.id, { endpoint, model, parentId: message.parentId });
    store.finishAnswer(id, { text: message.text, ...ended });
  };
  const saveUnsaved = (at: Place, { draft, queue, head }: Unsaved): void => {
    if (draft !== undefined) store.saveDraft(at.session ?? null, draft);
    if (at.session === undefined) return;
    if (queue !== undefined) store.saveQueue(at.session, queue);
    if (head !== undefined) store.branch(at.session, savedId(at, head));
  };
  /** One transaction for all that changed. A silent answer is written too: that tells that it still lives. */
  const checkpoint = (): void => {
    if (!drain()) return;
    const now = unsaved;
    const nothing = Object.keys(now).length === 0;
    if (streaming.size === 0 && nothing) return;
    const written = attempt(place, (at) => {
      for (const [id, answer] of streaming) store.checkpoint(begin(at, id, answer), answer);
      saveUnsaved(at, now);
    });
    if (written) unsaved = {};
    if (streaming.size > 0 || !written) arm();
  };
  const remember = (change: Unsaved): void => {
    unsaved = { ...unsaved, ...change };
    arm();
  };

  return {
    get session() {
      return place.session;
    },
    said({ parentId = lastId, ...message }) {
      lastId = message.id;
      // The draft it was typed in is emptied together with it, or else it would be there twice.
      const { head: _itsParent, ...now } = unsaved;
      unsaved = {};
      return save((at) => {
        ask(at, { ...message, parentId });
        saveUnsaved(at, now);
      });
    },
    answerStarted({ id, endpoint, model, parentId = lastId }) {
      lastId = id;
      const answer = {
        parentId,
        endpoint,
        model,
        text: '',
        reasoning: '',
        refusal: '',
        toolCalls: [],
        carried: null,
      };
      streaming.set(id, answer);
      const { head: _itsParent, ...now } = unsaved;
      unsaved = now;
      save((at) => void begin(at, id, answer));
      arm();
    },
    answerText(id, { text = '', reasoning = '', refusal = '' }) {
      const answer = streaming.get(id);
      if (answer === undefined) return;
      answer.text += text;
      answer.reasoning += reasoning;
      answer.refusal += refusal;
    },
    answerSoFar(id, soFar) {
      const answer = streaming.get(id);
      if (answer !== undefined) Object.assign(answer, soFar);
    },
    answerEnded(id, end) {
      const answer = streaming.get(id);
      if (answer === undefined) return;
      streaming.delete(id);
      save((at) => store.finishAnswer(begin(at, id, answer), { ...answer, ...end }));
    },
    branch(id) {
      lastId = id;
      remember({ head: id });
    },
    draft: (text) => remember({ draft: text }),
    queue(texts) {
      remember({ queue: [...texts] });
      checkpoint();
    },
    name(words) {
      place.title = words;
      save(({ session }) => {
        if (session !== undefined) store.rename(session, words);
      });
    },
    known(id, inFile) {
      place.saved.set(id, inFile);
      lastId = id;
    },
    open(next) {
      checkpoint();
      const left = unsaved;
      if (Object.keys(left).length > 0) waiting.push({ place, work: (at) => saveUnsaved(at, left) });
      place = { session: next, title: undefined, saved: new Map() };
      unsaved = {};
      lastId = null;
    },
    close() {
      checkpoint();
      for (const [id, answer] of streaming) {
        attempt(place, (at) =>
          store.finishAnswer(begin(at, id, answer), { ...answer, status: 'interrupted' }),
        );
      }
      streaming.clear();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}

function savedId({ saved }: Place, id: number | null): number | null {
  return id === null ? null : (saved.get(id) ?? null);
}

function systemTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
