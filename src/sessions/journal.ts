import type { Answer, FinishedExchange } from './conversation.js';
import { SessionsError } from './problem.js';
import type { SessionStore } from './store.js';
import type { MessageStatus } from './types.js';

export interface JournalOptions {
  /** The session to go on with; without one it is made with the first message. */
  session?: string;
  /** Calls `callback` once, `delayMs` from now; returns how to cancel that. */
  after?: (delayMs: number, callback: () => void) => () => void;
  /** Told when saving begins to fail, and (undefined) when all that had waited is saved. */
  onProblem?: (problem: SessionsError | undefined) => void;
}

/**
 * Saves a conversation as it happens. Nothing here throws: while the file can't be written, what happens is
 * kept in memory and saved, in order, as soon as a later write succeeds. Messages go by the caller's ids.
 */
export interface Journal {
  /** The session's id, once it is saved. */
  readonly session: string | undefined;
  /**
   * On disk when this returns true: only then send it.
   * @param parentId the message it follows; the last one unless given
   */
  userMessage(message: { id: number; text: string; parentId?: number | null }): boolean;
  answerStarted(answer: { id: number; endpoint: string; model: string; parentId?: number | null }): void;
  /** A piece of the answer; what came is written once a second. */
  answerText(id: number, piece: { text?: string; reasoning?: string }): void;
  /** `text`, where it differs from the pieces. */
  answerEnded(
    id: number,
    end: {
      status: Exclude<MessageStatus, 'streaming'>;
      text?: string;
      reasoning?: string;
      exchange?: FinishedExchange;
    },
  ): void;
  /** What is in the editor; written once a second. */
  draft(text: string): void;
  /** Tells that a message of the resumed session, by its id in the file, is known under this id. */
  known(id: number, savedId: number): void;
  /** Goes on in another session, or a new one. */
  open(session: string | undefined): void;
  /** Writes what waits, and stops the timer. */
  close(): void;
}

/** Below one second, so that a late timer still keeps that promise. */
const CHECKPOINT_MS = 900;

interface Begun extends Required<Answer> {
  parentId: number | null;
  endpoint: string;
  model: string;
}

export function createJournal(store: SessionStore, options: JournalOptions = {}): Journal {
  const { after = systemTimer, onProblem = () => {} } = options;
  let session = options.session;
  /** Ids in the file, by the caller's. */
  let saved = new Map<number, number>();
  const streaming = new Map<number, Begun>();
  const waiting: (() => void)[] = [];
  let unsavedDraft: string | undefined;
  let lastId: number | null = null;
  let cancelTimer: (() => void) | undefined;
  let failing = false;

  const savedId = (id: number | null): number | null => (id === null ? null : (saved.get(id) ?? null));
  const tell = (problem: SessionsError | undefined): void => {
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
  const attempt = (work: () => void): boolean => {
    for (let again = false; ; again = true) {
      const before = session;
      try {
        store.together(work);
        return true;
      } catch (error) {
        session = before;
        const problem =
          error instanceof SessionsError ? error : new SessionsError('failed', String(error), error);
        if (problem.kind !== 'unknown' || again) {
          tell(problem);
          return false;
        }
        session = undefined;
        saved = new Map();
      }
    }
  };
  /** Saves what waits, in order; false: something still does. */
  const drain = (): boolean => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (!attempt(next)) {
        arm();
        return false;
      }
      waiting.shift();
    }
    tell(undefined);
    return true;
  };
  const save = (work: () => void): boolean => {
    waiting.push(work);
    return drain();
  };
  const sessionFor = (title: string): string => {
    session ??= store.create(title).id;
    return session;
  };
  const begin = (id: number, { parentId, endpoint, model }: Begun): number => {
    const known = savedId(id);
    if (known !== null) return known;
    const parent = savedId(parentId);
    const made = store.beginAnswer(sessionFor('untitled'), { parentId: parent, endpoint, model });
    saved.set(id, made);
    return made;
  };
  /** One transaction for all that changed. A silent answer is written too: that tells that it still lives. */
  const checkpoint = (): void => {
    if (!drain()) return;
    const draft = unsavedDraft;
    if (streaming.size === 0 && draft === undefined) return;
    const written = attempt(() => {
      for (const [id, answer] of streaming) store.checkpoint(begin(id, answer), answer);
      if (draft !== undefined) store.saveDraft(session ?? null, draft);
    });
    if (written) unsavedDraft = undefined;
    if (streaming.size > 0 || !written) arm();
  };

  return {
    get session() {
      return session;
    },
    userMessage({ id, text, parentId = lastId }) {
      lastId = id;
      return save(() => {
        const message = { role: 'user', text, parentId: savedId(parentId) } as const;
        saved.set(id, store.append(sessionFor(titleOf(text)), message));
      });
    },
    answerStarted({ id, endpoint, model, parentId = lastId }) {
      lastId = id;
      const answer = { parentId, endpoint, model, text: '', reasoning: '' };
      streaming.set(id, answer);
      save(() => void begin(id, answer));
      arm();
    },
    answerText(id, { text = '', reasoning = '' }) {
      const answer = streaming.get(id);
      if (answer === undefined) return;
      answer.text += text;
      answer.reasoning += reasoning;
    },
    answerEnded(id, end) {
      const answer = streaming.get(id);
      if (answer === undefined) return;
      streaming.delete(id);
      save(() => store.finishAnswer(begin(id, answer), { ...answer, ...end }));
    },
    draft(text) {
      unsavedDraft = text;
      arm();
    },
    known(id, inFile) {
      saved.set(id, inFile);
      lastId = id;
    },
    open(next) {
      checkpoint();
      session = next;
      saved = new Map();
      lastId = null;
    },
    close() {
      checkpoint();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}

/** A session is called by the first line of its first question. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line === '' ? 'untitled' : [...line].slice(0, 80).join('');
}

function systemTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
