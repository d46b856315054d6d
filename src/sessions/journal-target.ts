import type { Attachment } from '../common/chat/attachments.js';
import type { Answer } from './message-table.js';
import type { SessionStore } from './store.js';
import type { MessageStatus } from './types.js';

/** A question or a tool result, with the caller's ids. */
export interface QuestionOrResult {
  id: number;
  text: string;
  parentId?: number | null;
  attachments?: readonly Attachment[];
  /** For a tool result: the id of its call. */
  toolCallId?: string;
}

/** A message of the conversation that was saved before. */
export interface EarlierMessage extends QuestionOrResult {
  parentId: number | null;
  /** Absent for a question and a tool result. */
  answer?: Omit<Answer, 'text'> & Ended & { endpoint: string; model: string };
}

export interface Ended {
  status: EndStatus;
  /** Omit it if the exchange's figures contain it. */
  finishReason?: string | null;
}

export type EndStatus = Exclude<MessageStatus, 'streaming'>;

interface AnswerStart {
  parentId: number | null;
  endpoint: string;
  model: string;
}

export type Begun = AnswerStart & Required<Answer>;

/** Changes that the next transaction also saves. */
export interface Unsaved {
  draft?: string;
  queue?: readonly string[];
  files?: readonly Attachment[];
  head?: number | null;
}

/** The session that changes are saved to. Waiting changes keep their session when another one is opened. */
export interface Target {
  session: string | undefined;
  title: string | undefined;
  /** Ids in the file by the caller's ids. */
  saved: Map<number, number>;
}

/** Saves changes of a journal to a session. Each call is part of the caller's transaction. */
export interface TargetWriter {
  /** Saves a question or a tool result. */
  add(at: Target, said: QuestionOrResult): void;
  /** Saves the start of an answer, unless it is already saved. Returns its id in the file. */
  begin(at: Target, id: number, asked: AnswerStart): number;
  /** Saves an earlier message again, after another program has deleted the session. */
  saveAgain(at: Target, message: EarlierMessage): void;
  saveUnsaved(at: Target, unsaved: Unsaved): void;
}

export function createTargetWriter(store: SessionStore): TargetWriter {
  const sessionFor = (at: Target, words: string): string => {
    if (at.session === undefined) {
      at.session = (at.title === undefined ? store.createFor(words) : store.create(at.title)).id;
      // The draft of the chat without a session now belongs to this session.
      store.saveDraft(null, '');
      store.saveFiles(null, []);
    }
    return at.session;
  };
  const ask = (at: Target, { id, parentId = null, ...said }: QuestionOrResult): void => {
    const role = said.toolCallId === undefined ? 'user' : 'tool';
    const message = { ...said, role, parentId: savedId(at, parentId) } as const;
    at.saved.set(id, store.append(sessionFor(at, said.text), message));
  };
  const begin = (at: Target, id: number, { parentId, endpoint, model }: AnswerStart): number => {
    const known = savedId(at, id);
    if (known !== null) return known;
    const answer = { parentId: savedId(at, parentId), endpoint, model };
    const made = store.beginAnswer(sessionFor(at, ''), answer);
    at.saved.set(id, made);
    return made;
  };
  const saveAgain = (at: Target, { answer, ...message }: EarlierMessage): void => {
    if (answer === undefined) {
      ask(at, message);
      return;
    }
    const { endpoint, model, ...ended } = answer;
    const id = begin(at, message.id, { endpoint, model, parentId: message.parentId });
    store.finishAnswer(id, { text: message.text, ...ended });
  };
  const saveUnsaved = (at: Target, { draft, queue, files, head }: Unsaved): void => {
    if (draft !== undefined) store.saveDraft(at.session ?? null, draft);
    if (files !== undefined) store.saveFiles(at.session ?? null, files);
    if (at.session === undefined) return;
    if (queue !== undefined) store.saveQueue(at.session, queue);
    if (head !== undefined) store.branch(at.session, savedId(at, head));
  };
  return { add: ask, begin, saveAgain, saveUnsaved };
}

function savedId({ saved }: Target, id: number | null): number | null {
  return id === null ? null : (saved.get(id) ?? null);
}
