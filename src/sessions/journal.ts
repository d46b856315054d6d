import type { Attachment } from '../common/chat/attachments.js';
import { after as afterDelay } from '../common/time/after.js';
import type { FinishedExchange } from './exchange-table.js';
import {
  type Begun,
  createTargetWriter,
  type EarlierMessage,
  type Ended,
  type QuestionOrResult,
  type Target,
  type Unsaved,
} from './journal-target.js';
import { createWrites, type Work } from './journal-writes.js';
import type { Answer } from './message-table.js';
import type { SessionsError } from './problem.js';
import type { SessionStore } from './store.js';

export interface JournalOptions {
  /** The session to continue. Without one, the first message creates a session. */
  session?: string;
  /** Calls `callback` once after `delayMs`. Returns a function that cancels the call. */
  after?: (delayMs: number, callback: () => void) => () => void;
  /**
   * Called when saving begins to fail (when the file is locked, only if the lock lasts), and with undefined when all
   * waiting changes are saved.
   */
  onProblem?: (problem: SessionsError | undefined) => void;
  /**
   * Returns the whole conversation, with parents before their children. It is saved again when another program has
   * deleted the session for good.
   */
  earlier?: () => readonly EarlierMessage[];
}

/**
 * Saves a conversation while it happens. It never throws: while the file can't be written, changes stay in memory,
 * and a later successful write saves them in order. Messages have the caller's ids.
 */
export interface Journal {
  /** The session's id once the session is saved. */
  readonly session: string | undefined;
  /**
   * Saves a question or a tool result. Returns true when it is on disk; only then may it be sent. It follows the last
   * message unless `parentId` is set.
   */
  add(message: QuestionOrResult): boolean;
  answerStarted(answer: { id: number; endpoint: string; model: string; parentId?: number | null }): void;
  /** Adds a piece of the answer. Pieces are written once a second. */
  answerText(id: number, piece: { text?: string; reasoning?: string; refusal?: string }): void;
  /** Replaces the pieces so far with the whole answer so far. */
  answerSoFar(id: number, answer: Answer): void;
  /** Ends the answer. Members of `end` replace the contents collected from pieces. */
  answerEnded(id: number, end: Partial<Answer> & Ended & { exchange?: FinishedExchange }): void;
  /** Makes the conversation continue from this message. Written with the next message, or within a second. */
  branch(id: number | null): void;
  /** Saves the text in the editor. Written once a second. */
  draft(text: string): void;
  /** Saves the attachments of the queue and of the draft. Written within a second, or with the queue. */
  files(files: readonly Attachment[]): void;
  /** Saves the queued messages and the draft. Both are on disk when this returns. */
  queue(texts: readonly string[]): void;
  /** Sets the session's title, also for a session that does not exist yet. */
  name(title: string): void;
  /** Maps the caller's id to a message of the resumed session, by its id in the file. */
  known(id: number, savedId: number): void;
  /** Continues with another session, or with a new one. */
  open(session: string | undefined): void;
  /** Writes all waiting changes, marks a streaming answer as interrupted, and stops the timer. */
  close(): void;
}

/** Below one second, so that changes are written within a second even if the timer is late. */
const CHECKPOINT_MS = 900;

export function createJournal(store: SessionStore, options: JournalOptions = {}): Journal {
  const { add: ask, begin, saveAgain, saveUnsaved } = createTargetWriter(store);
  const { after = afterDelay, onProblem = () => {}, earlier = () => [] } = options;
  const writes = createWrites(store, {
    onProblem,
    saveAgain(anew, before) {
      for (const message of earlier()) if (before.has(message.id)) saveAgain(anew, message);
    },
  });
  let target: Target = { session: options.session, title: undefined, saved: new Map() };
  const streaming = new Map<number, Begun>();
  let unsaved: Unsaved = {};
  let lastId: number | null = null;
  let cancelTimer: (() => void) | undefined;

  const arm = (): void => {
    cancelTimer ??= after(CHECKPOINT_MS, () => {
      cancelTimer = undefined;
      checkpoint();
    });
  };
  const drain = (): boolean => {
    const drained = writes.drain();
    if (!drained) arm();
    return drained;
  };
  const save = (work: Work): boolean => {
    writes.add(target, work);
    const saved = drain();
    if (saved) writes.succeeded();
    return saved;
  };
  /**
   * Saves all changes in one transaction. An answer without changes is also written, to show that its program still
   * runs.
   */
  const checkpoint = (): void => {
    if (!drain()) return;
    const now = unsaved;
    const nothing = Object.keys(now).length === 0;
    if (streaming.size === 0 && nothing) {
      writes.succeeded();
      return;
    }
    const written = writes.attempt(target, (at) => {
      for (const [id, answer] of streaming) store.checkpoint(begin(at, id, answer), answer);
      saveUnsaved(at, now);
    });
    if (written) {
      unsaved = {};
      writes.succeeded();
    }
    if (streaming.size > 0 || !written) arm();
  };
  const remember = (change: Unsaved): void => {
    unsaved = { ...unsaved, ...change };
    arm();
  };

  return {
    get session() {
      return target.session;
    },
    add({ parentId = lastId, ...message }) {
      lastId = message.id;
      // Clear the draft in the same transaction, because the message was typed there. Otherwise the text would exist
      // twice.
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
    files: (files) => remember({ files: [...files] }),
    queue(texts) {
      remember({ queue: [...texts] });
      checkpoint();
    },
    name(words) {
      target.title = words;
      save(({ session }) => {
        if (session !== undefined) store.rename(session, words);
      });
    },
    known(id, inFile) {
      target.saved.set(id, inFile);
      lastId = id;
    },
    open(next) {
      checkpoint();
      const left = unsaved;
      if (Object.keys(left).length > 0) writes.add(target, (at) => saveUnsaved(at, left));
      target = { session: next, title: undefined, saved: new Map() };
      unsaved = {};
      lastId = null;
    },
    close() {
      checkpoint();
      for (const [id, answer] of streaming) {
        writes.attempt(target, (at) =>
          store.finishAnswer(begin(at, id, answer), { ...answer, status: 'interrupted' }),
        );
      }
      streaming.clear();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}
