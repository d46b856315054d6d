import type { OpenedSession } from '../../sessions/opened.js';
import type { Message as SavedMessage } from '../../sessions/types.js';
import type { AppState } from '../app-state.js';
import { type Tree, treeOf } from '../branches/branches.js';
import { edit } from '../editor/editor.js';
import { type ChatSettings, withParameter } from '../endpoint/chat-settings.js';
import type { Message } from '../messages.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { harmless, shownMessage } from './saved-message.js';

/** The state with a saved session as its conversation; `ids` maps message ids in the file to those in the state. */
export interface Restored {
  readonly state: AppState;
  readonly ids: ReadonlyMap<number, number>;
}

/**
 * Replaces the conversation by this session. The session's queued messages go into the draft. If the session has
 * neither draft nor queue, the text in the editor stays.
 * @param at the file's id of the message to scroll to [the end]
 */
export function restored(state: AppState, session: OpenedSession, at?: number): Restored {
  const { messages: saved, figures } = session;
  const ids = new Map<number, number>();
  const parents = new Map<number, number | null>();
  // A conversation repeats a few names, so each is sanitized once.
  const names = new Map<string, string>();
  const nameOf = (name: string): string => {
    const known = names.get(name) ?? sanitizeLine(name);
    names.set(name, known);
    return known;
  };
  const nodes: { message: Message; parent: number | null }[] = [];
  let imported: string | undefined;
  let nextMessageId = state.nextMessageId;
  const calls = new Map<string, string>();
  for (const message of saved) {
    for (const { id, name } of message.toolCalls) calls.set(id, nameOf(name));
    const above = message.parentId === null ? null : (parents.get(message.parentId) ?? null);
    if (message.role === 'system') {
      // The system prompt belongs to the settings, not to the conversation.
      imported = sanitize(message.text);
      parents.set(message.id, above);
      continue;
    }
    const id = nextMessageId;
    nextMessageId += 1;
    ids.set(message.id, id);
    parents.set(message.id, id);
    nodes.push({
      message: shownMessage(message, id, {
        figures: figures.get(message.id),
        nameOf,
        calls,
        keys: state.keys,
      }),
      parent: above,
    });
  }
  const end = at === undefined ? session.headId : leafBelow(saved, at, session.headId);
  const tree = treeOf(nodes, end === null ? null : (parents.get(end) ?? null));
  return {
    ids,
    state: {
      ...state,
      ...tree,
      nextMessageId,
      name: sanitizeLine(session.summary.title),
      draft: draftFor(state, session),
      attachments: attachmentsFor(state, session),
      queue: [],
      revising: undefined,
      offer: undefined,
      search: { kind: 'closed' },
      scroll: scrollTo(tree, at === undefined ? undefined : ids.get(at)),
      endpoint: withModelOf(state.endpoint, tree),
      settings: withSystemOf(withParametersOf(state.settings, session), session, imported),
    },
  };
}

/** Returns the model of the branch's last answer, if that came from the endpoint in use. */
function withModelOf(endpoint: AppState['endpoint'], { messages }: Tree): AppState['endpoint'] {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (last?.role !== 'assistant' || last.endpoint.name !== endpoint.name || last.endpoint.model === '')
    return endpoint;
  return { ...endpoint, model: last.endpoint.model };
}

/** Returns the parameters of the session's last request. A session without requests keeps the chat's parameters. */
function withParametersOf(settings: ChatSettings, { system, parameters }: OpenedSession): ChatSettings {
  if (system === undefined) return settings;
  const none: ChatSettings = { system: settings.system, body: {} };
  return Object.entries(parameters).reduce((set, [name, value]) => withParameter(set, name, value), none);
}

/** Returns the session's system prompt; `imported` is a system message among its messages. */
function withSystemOf(
  settings: ChatSettings,
  { system }: OpenedSession,
  imported: string | undefined,
): ChatSettings {
  if (typeof system === 'string') return { ...settings, system: sanitize(system) };
  if (imported !== undefined) return { ...settings, system: imported };
  return system === null ? { ...settings, system: undefined } : settings;
}

function draftFor({ draft }: AppState, { draft: own, queue }: OpenedSession): AppState['draft'] {
  const text = [...queue, own].filter((part) => part !== '').join('\n\n');
  // `clear` keeps the editor's text in the history.
  return text === '' ? draft : edit(edit(draft, { type: 'clear' }), { type: 'set', text: sanitize(text) });
}

function attachmentsFor({ attachments }: AppState, { draft, queue, files }: OpenedSession) {
  const hasOwn = draft !== '' || queue.length > 0 || files.length > 0;
  return hasOwn ? files.map(harmless) : attachments;
}

function scrollTo(tree: Tree, message: number | undefined): AppState['scroll'] {
  const last = tree.messages.at(-1);
  if (message === undefined || last === undefined) return { kind: 'follow' };
  const seen = { message: last.id, offset: Number.MAX_SAFE_INTEGER };
  return { kind: 'held', top: { message, offset: 0 }, seen };
}

/** Returns the last message of the branch with `at`: the branch in use if `at` is on it, else the latest branch. */
function leafBelow(messages: readonly SavedMessage[], at: number, head: number | null): number {
  const parents = new Map(messages.map(({ id, parentId }) => [id, parentId]));
  for (let up = head; up !== null; up = parents.get(up) ?? null) if (up === at && head !== null) return head;
  // Children come after their parents in the list.
  return messages.reduce((leaf, { id, parentId }) => (parentId === leaf ? id : leaf), at);
}
