import type { FinishedExchange } from '../../sessions/exchange-table.js';
import type { EarlierMessage, EndStatus, Journal, Said } from '../../sessions/journal.js';
import type { AppState } from '../app-state.js';
import { nodesOf, parentAt } from '../branches/branches.js';
import { draftText } from '../editor/editor.js';
import type { AssistantMessage, Message, ToolMessage, UserMessage } from '../messages.js';
import type { AppStore } from '../store.js';

/**
 * Keeps a journal of what the store shows. It watches only the store's changes, so that a question is saved
 * before the action that added it goes on to send it.
 */
export interface Saving {
  /** The result of an exchange; called before the answer's end is in the store. */
  finished(answer: number, exchange: FinishedExchange): void;
  /** The store is about to show this saved session; its messages' ids by those in the file. */
  opening(session: string, ids: ReadonlyMap<number, number>, draftMoves: boolean): void;
  /** The store is about to show a new conversation; what is in the editor moves there. */
  startingNew(): void;
  /** Saves all that isn't yet, where saving was not possible before. */
  catchUp(): void;
  dispose(): void;
}

/** Where the journal comes from. */
export interface JournalSource {
  /** The journal, if it is open. */
  now(): Journal | undefined;
  /** The same; tries to open the file where that has not been done, or has failed before. */
  open(): Journal | undefined;
}

export function createSaving(store: AppStore, source: JournalSource): Saving {
  const get = store.getState;
  const journal = source.now;
  /** Messages with lower ids are saved, or belong to another conversation. */
  let savedBelow = 0;
  /** Those above that are saved with their end, and answers whose beginning is. */
  const saved = new Set<number>();
  const begun = new Set<number>();
  const exchanges = new Map<number, FinishedExchange>();
  let head: number | null = null;
  let lastAside = get().aside;
  let draft = '';
  /** Something could not be handed to the journal: the whole tree is looked through next time. */
  let behind = false;

  const isSaved = (id: number): boolean => id < savedBelow || saved.has(id);

  const saveMessage = (to: Journal, message: Message, parentId: number | null): void => {
    if (message.role === 'notice') return;
    const { id } = message;
    if (message.role !== 'assistant') {
      to.said({ ...saidOf(message), parentId });
      saved.add(id);
      return;
    }
    const { text, reasoning, toolCalls = [], endpoint, status } = message;
    const answer = { text, reasoning, toolCalls };
    if (!begun.has(id)) {
      to.answerStarted({ id, parentId, endpoint: endpoint.name, model: endpoint.model });
      begun.add(id);
    }
    // What another program writes is saved by that one.
    if (status.kind === 'elsewhere') return;
    if (status.kind === 'streaming') {
      to.answerSoFar(id, answer);
      return;
    }
    const exchange = exchanges.get(id);
    to.answerEnded(id, { status: status.kind, ...answer, ...(exchange !== undefined && { exchange }) });
    exchanges.delete(id);
    begun.delete(id);
    saved.add(id);
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
    // A question or a result is worth another try.
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
    // The editor first: a message and the draft that it was are saved in one go.
    if (state.draft !== before.draft) saveDraft(state);
    if (state.messages !== before.messages) saveMessages();
    if (state.comparison !== before.comparison) saveSides(state);
    if (state.queue !== before.queue) journal()?.queue(state.queue.map(({ text }) => text));
    if (state.name !== before.name && state.name !== undefined) journal()?.name(state.name);
  };

  /** Both answers of a comparison, as branches after their question. */
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

  const forget = (): void => {
    const { nextMessageId } = get();
    savedBelow = nextMessageId;
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
      const to = journal();
      if (draftMoves) to?.draft('');
      to?.open(session);
      for (const [inFile, id] of ids) to?.known(id, inFile);
      forget();
      savedBelow += ids.size;
      // Either the editor's own text comes along, or the session's is there already.
      if (draftMoves && draft !== '') to?.draft(draft);
    },
    startingNew() {
      const to = journal();
      to?.draft('');
      to?.open(undefined);
      if (draft !== '') to?.draft(draft);
      forget();
    },
    catchUp() {
      if (behind) saveMessages();
      if (draft !== '') journal()?.draft(draft);
    },
    dispose() {
      unsubscribe();
      journal()?.close();
    },
  };
}

/** The conversation as the journal saves it again. */
export function earlierMessages(state: AppState): EarlierMessage[] {
  return nodesOf(state).flatMap(({ message, parent: parentId }) => {
    const { id, text } = message;
    if (message.role === 'notice') return [];
    if (message.role !== 'assistant') return [{ ...saidOf(message), parentId }];
    return [{ id, parentId, text, answer: answerOf(message) }];
  });
}

/** A question, or the result of a call. */
function saidOf(message: UserMessage | ToolMessage): Said {
  const { id, text } = message;
  if (message.role === 'tool') return { id, text, toolCallId: message.call.id };
  return { id, text, ...(message.attachments !== undefined && { attachments: message.attachments }) };
}

function answerOf({
  reasoning,
  toolCalls = [],
  status,
  endpoint,
}: AssistantMessage): EarlierMessage['answer'] {
  const running = status.kind === 'streaming' || status.kind === 'elsewhere';
  const ended: EndStatus = running ? 'interrupted' : status.kind;
  return { reasoning, toolCalls, status: ended, endpoint: endpoint.name, model: endpoint.model };
}
