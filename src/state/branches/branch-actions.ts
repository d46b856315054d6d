import type { AppState } from '../app-state.js';
import { namesOf } from '../attachments/attachments.js';
import { withDraft } from '../editor/with-draft.js';
import type { Message } from '../messages.js';
import { sanitizeLine } from '../text/sanitize.js';
import { pick } from '../view/picker.js';
import { endBeforeMessage, endWith, forkInView, goOn, toSibling } from './branches.js';
import { revisingOf } from './revising.js';

/** Actions that move in the conversation's tree. A toast shows the text that an action returns. */
export interface BranchActions {
  /** Switches to the next (`step` 1) or previous (-1) branch at the message in view. */
  move(step: 1 | -1): string | undefined;
  /** Opens a list of messages to branch from. */
  choose(): string | undefined;
  /** Puts a question into the draft, to send it again; after an answer the conversation continues. */
  from(id: number): string | undefined;
}

export interface BranchActionsOptions {
  get: () => AppState;
  change: (transition: (state: AppState) => AppState) => void;
  /** Why the conversation can't be changed now. */
  busy: () => string | undefined;
}

export function createBranchActions({ get, change, busy }: BranchActionsOptions): BranchActions {
  const further = (tree: Pick<AppState, 'messages' | 'aside'>): undefined => {
    change((state) => ({ ...state, ...tree, revising: undefined }));
    return undefined;
  };

  return {
    move(step) {
      const words = busy();
      if (words !== undefined) return words;
      const setAside = goOn(get());
      if (setAside !== undefined) return further(setAside);
      const index = forkInView(get());
      if (index === undefined) return 'there is one branch: asking again or editing a message makes another';
      const tree = toSibling(get(), index, step);
      if (tree === undefined) return step > 0 ? 'this is the last branch' : 'this is the first branch';
      return further(tree);
    },
    choose() {
      const words = busy();
      if (words !== undefined) return words;
      const items = get().messages.flatMap((message) => {
        const label = labelOf(message);
        if (label === undefined) return [];
        const hint = message.role === 'assistant' ? 'continue from here' : 'edit and send again';
        return [{ id: String(message.id), label: sanitizeLine(label), hint }];
      });
      if (items.length === 0) return 'nothing to branch from yet: send a message first';
      change((state) => ({ ...state, overlay: pick('branch', items.reverse()) }));
      return undefined;
    },
    from(id) {
      const words = busy();
      if (words !== undefined) return words;
      const message = get().messages.find((one) => one.id === id);
      if (message === undefined) return 'that message is gone';
      if (message.role === 'user') {
        const { text } = message;
        change((state) => ({ ...withDraft(state, text), ...revisingOf(message) }));
        return undefined;
      }
      if (message.role === 'tool') {
        const { text } = message;
        change((state) => ({
          ...withDraft({ ...state, ...endBeforeMessage(state, id) }, text),
          callsLeft: undefined,
        }));
        return 'edit the result in the draft and send it; alt+. brings back the earlier branch';
      }
      if (get().messages.at(-1) === message) return 'the conversation already ends here';
      change((state) => ({ ...state, ...endWith(state, id), scroll: { kind: 'follow' } }));
      return 'the conversation continues from here; alt+. brings back the messages after it';
    },
  };
}

/** Returns the message's label in the list; undefined when no branch can start at it. */
function labelOf(message: Message): string | undefined {
  const text = message.text.slice(0, 200);
  switch (message.role) {
    case 'notice':
      return undefined;
    case 'user':
      return text === '' && message.attachments === undefined
        ? undefined
        : `you: ${text || namesOf(message.attachments ?? [])}`;
    case 'tool':
      return `result of ${message.call.name}: ${text}`;
    case 'assistant': {
      const calls = (message.toolCalls ?? []).map(({ name }) => name).join(', ');
      return text === '' && calls === '' ? undefined : `assistant: ${text || `calls ${calls}`}`;
    }
  }
}
