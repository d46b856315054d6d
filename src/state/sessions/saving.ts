import type { Attachment } from '../../common/chat/attachments.js';
import type { FinishedExchange } from '../../sessions/exchange-table.js';
import type { Journal } from '../../sessions/journal.js';
import type { AppState } from '../app-state.js';
import { nodesOf, parentAt } from '../branches/branches.js';
import { draftText } from '../editor/editor.js';
import type { AssistantMessage, Message } from '../messages.js';
import type { AppStore } from '../store.js';
import { questionOrResult, textOf } from './journal-messages.js';

/**
 * Saves the conversation to the journal. It reacts to each change of the store, so a question is saved before the
 * action that added it sends it.
 */
export interface Saving {
  /** Keeps the data of an ended exchange. Call it before the store gets the answer's end. */
  finished(answer: number, exchange: FinishedExchange): void;
  /** Call it before the store shows this saved session. `ids` maps message ids in the file to those in the state. */
  opening(session: string, ids: ReadonlyMap<number, number>, draftMoves: boolean): void;
  /** Call it before the store shows a new conversation. The draft moves to that conversation. */
  startingNew(): void;
  /** Saves what could not be saved before. */
  catchUp(): void;
  dispose(): void;
}

/** Gives access to the journal. */
export interface JournalSource {
  /** Returns the open journal; undefined when it isn't open. */
  now(): Journal | undefined;
  /** Opens the journal if needed, also after an earlier failure; undefined when that fails. */
  open(): Journal | undefined;
}

export function createSaving(store: AppStore, source: JournalSource): Saving {
  const get = store.getState;
  const journal = source.now;
  /** Messages with lower ids are saved or belong to another conversation. */
  let savedBelow = 0;
  /** Ids from `savedBelow` on: messages that are saved completely, and answers whose start is saved. */
  const saved = new Set<number>();
  const begun = new Set<number>();
  const exchanges = new Map<number, FinishedExchange>();
  let head: number | null = null;
  let lastAside = get().aside;
  let draft = '';
  let files: readonly Attachment[] = [];
  /** Whether a message could not be saved. The next save then checks the whole tree. */
  let behind = false;

  const isSaved = (id: number): boolean => id < savedBelow || saved.has(id);

  const saveMessage = (to: Journal, message: Message, parentId: number | null): void => {
    if (message.role === 'notice') return;
    const { id } = message;
    if (message.role !== 'assistant') {
      to.add({ ...questionOrResult(message), parentId });
      saved.add(id);
      return;
    }
    const { reasoning, toolCalls = [], endpoint, status } = message;
    const answer = { ...textOf(message), reasoning, toolCalls };
    if (!begun.has(id)) {
      to.answerStarted({ id, parentId, endpoint: endpoint.name, model: endpoint.model });
      begun.add(id);
    }
    // Another program writes this answer, and saves it.
    if (status.kind === 'elsewhere') return;
    if (status.kind === 'streaming') {
      to.answerSoFar(id, answer);
      return;
    }
    const exchange = exchanges.get(id);
    to.answerEnded(id, {
      status: status.kind,
      ...answer,
      ...carriedOf(message, parentId),
      ...(exchange !== undefined && { exchange }),
    });
    exchanges.delete(id);
    begun.delete(id);
    saved.add(id);
  };

  /** Members that must be sent back to the provider. A turn without calls is sent without them. */
  const carriedOf = ({ toolCalls = [], carried }: AssistantMessage, parentId: number | null) => {
    const parent = get().messages.findLast(({ id }) => id === parentId);
    return carried !== undefined && (toolCalls.length > 0 || parent?.role === 'tool') ? { carried } : {};
  };

  const saveNew = (to: Journal): void => {
    const { messages } = get();
    let from = messages.length;
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      const message = messages[index];
      if (message === undefined || (message.role !== 'notice' && isSaved(message.id))) break;
      from = index;
    }
    for (const [offset, message] of messages.slice(from).entries()) {
      saveMessage(to, message, parentAt(messages, from + offset));
    }
  };

  const saveMessages = (): void => {
    const { messages, aside, name } = get();
    // With a new question or tool result, try again to open the file.
    const last = messages.at(-1)?.role;
    const to = last === 'user' || last === 'tool' ? source.open() : journal();
    if (to === undefined) {
      behind = true;
      return;
    }
    const end = parentAt(messages, messages.length);
    const returned = end !== null && end !== head && isSaved(end);
    if (behind && name !== undefined) to.name(name);
    if (behind || aside !== lastAside) {
      behind = false;
      lastAside = aside;
      for (const { message, parent } of nodesOf({ messages, aside })) {
        if (!isSaved(message.id)) saveMessage(to, message, parent);
      }
    } else {
      saveNew(to);
    }
    if (returned) to.branch(end);
    head = end;
  };

  const changed = (state: AppState, before: AppState): void => {
    // The draft comes first, so that a sent message and the emptied draft are saved in one transaction.
    if (state.draft !== before.draft) saveDraft(state);
    if (state.attachments !== before.attachments || state.queue !== before.queue) saveFiles(state);
    if (state.messages !== before.messages) saveMessages();
    if (state.comparison !== before.comparison) saveSides(state);
    if (state.queue !== before.queue) journal()?.queue(state.queue.map(({ text }) => text));
    if (state.name !== before.name && state.name !== undefined) journal()?.name(state.name);
  };

  /** Saves the answers of a comparison as branches after their question. */
  const saveSides = ({ comparison }: AppState): void => {
    const to = journal();
    if (to === undefined || comparison === undefined) return;
    for (const { answer } of comparison.sides) {
      if (!isSaved(answer.id)) saveMessage(to, answer, comparison.question);
    }
  };

  const saveDraft = (state: AppState): void => {
    const text = draftText(state.draft);
    if (text === draft) return;
    draft = text;
    journal()?.draft(text);
  };

  /** The journal keeps a file unchanged that moves from the draft to the queue. */
  const saveFiles = (state: AppState): void => {
    const now = unsentFiles(state);
    if (now.length === files.length && now.every((file, index) => file === files[index])) return;
    files = now;
    journal()?.files(now);
  };

  /** Saves the editor's text and attachments, if there are any. */
  const writeDraft = (): void => {
    if (draft !== '') journal()?.draft(draft);
    if (files.length > 0) journal()?.files(files);
  };

  /**
   * Continues with another session. With `draftMoves` the editor's text moves there; otherwise that session already has
   * its own draft.
   */
  const switchTo = (
    session: string | undefined,
    draftMoves: boolean,
    ids: ReadonlyMap<number, number> = new Map(),
  ): void => {
    const to = journal();
    if (draftMoves) {
      to?.draft('');
      to?.files([]);
    }
    to?.open(session);
    for (const [inFile, id] of ids) to?.known(id, inFile);
    if (draftMoves) writeDraft();
    savedBelow = get().nextMessageId;
    saved.clear();
    begun.clear();
    exchanges.clear();
    head = null;
    behind = false;
  };

  const unsubscribe = store.subscribe(changed);
  return {
    finished: (answer, exchange) => exchanges.set(answer, exchange),
    opening(session, ids, draftMoves) {
      switchTo(session, draftMoves, ids);
      savedBelow += ids.size;
    },
    startingNew: () => switchTo(undefined, true),
    catchUp() {
      if (behind) saveMessages();
      writeDraft();
    },
    dispose() {
      unsubscribe();
      journal()?.close();
    },
  };
}

/** Returns the attachments of the queue and of the draft. */
function unsentFiles({ queue, attachments }: AppState): readonly Attachment[] {
  return [...queue.flatMap((message) => message.attachments), ...attachments];
}
