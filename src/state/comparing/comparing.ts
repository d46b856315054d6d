import { draftText, edit } from '../editor/editor.js';
import { withDraft } from '../editor/with-draft.js';
import { addQuestion } from '../exchange/exchange.js';
import type { Exchanges } from '../exchange/running.js';
import { lastQuestion } from '../messages.js';
import type { ModeInfo, ModePort } from '../ports.js';
import type { AppStore } from '../store.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { KeyHints } from '../view/key-hints.js';
import { modeItems, pick } from '../view/picker.js';
import type { Scroll } from '../view/scroll.js';
import { beginComparison, markSide, scrollSide, withChosen, withoutComparison } from './compare.js';
import type { SideIndex } from './comparison.js';

/** Asking two endpoints at once. Each returns what there is to say. */
export interface Comparing {
  /** The draft, or else the last question, to the endpoint in use and to that one; without a name, to one chosen. */
  begin(name?: string): string | undefined;
  /** Marks the other answer, or the one at `index`. */
  mark(index?: SideIndex): string | undefined;
  scroll(scroll: Scroll): void;
  /** Goes on with the marked answer and its endpoint. */
  choose(): string | undefined;
  /** Stops both, then keeps neither. */
  leave(): string | undefined;
}

/** Why something else has to wait. */
export function chooseFirst({ send, stop }: KeyHints): string {
  return `two answers are compared: ${send} goes on with the marked one, ${stop} keeps neither`;
}

export function createComparing(store: AppStore, modes: ModePort, exchanges: Exchanges): Comparing {
  const get = store.getState;
  const { change } = exchanges;

  const start = (other: ModeInfo): string | undefined => {
    if (other.problem !== undefined) return other.problem;
    const text = draftText(get().draft).trimEnd();
    const { attachments } = get();
    const fromDraft = text.trim() !== '' || attachments.length > 0;
    if (fromDraft) {
      change((state) => ({
        ...addQuestion(state, { text, attachments }),
        attachments: [],
        draft: edit({ ...state.draft, text: state.draft.text.trimEnd() }, { type: 'clear' }),
      }));
    }
    const question = lastQuestion(get().messages)?.id;
    if (question === undefined) return NOTHING;
    change((state) => ({
      ...beginComparison(state, [state.endpoint, other], { question, fromDraft }),
      toast: undefined,
    }));
    exchanges.askSides();
    return undefined;
  };

  return {
    begin(name) {
      const { draft, attachments, messages, revising, endpoint, comparison, keys } = get();
      if (comparison !== undefined) return chooseFirst(keys);
      if (exchanges.running) return `an answer is running: ${keys.stop} stops it`;
      if (revising !== undefined)
        return `an earlier message is being edited: ${keys.send} sends it, ${keys.stop} leaves it`;
      const empty = draftText(draft).trim() === '' && attachments.length === 0;
      if (empty && lastQuestion(messages) === undefined) return NOTHING;
      const others = modes.all.filter((mode) => mode.name !== endpoint.name);
      const named = others.find((mode) => mode.name === name);
      if (named !== undefined) return start(named);
      if (name !== undefined) return `there is no other mode "${sanitizeLine(name)}"`;
      const [only] = others;
      if (only === undefined)
        return 'there is no other mode to compare with: profiles in config.yaml add some';
      if (others.length === 1) return start(only);
      change((state) => ({ ...state, overlay: pick('compare', modeItems(others)) }));
      return undefined;
    },
    mark(index) {
      change(({ comparison, ...state }) => ({
        ...state,
        comparison: comparison === undefined ? undefined : markSide(comparison, index),
      }));
      return undefined;
    },
    scroll(scroll) {
      change(({ comparison, ...state }) => ({
        ...state,
        comparison: comparison === undefined ? undefined : scrollSide(comparison, scroll),
      }));
    },
    choose() {
      if (exchanges.running) return `both answers have to end first: ${get().keys.stop} stops them`;
      const before = get().aside.length;
      change(withChosen);
      const { name, model } = get().endpoint;
      modes.select(name);
      const words = `going on with ${sanitizeLine(name)} ${sanitizeLine(model)}`;
      return get().aside.length > before ? `${words}; the other answer is the branch beside it` : words;
    },
    leave() {
      if (exchanges.running) {
        exchanges.stop();
        const { send, stop } = get().keys;
        return `both stopped: ${send} goes on with the marked answer, ${stop} keeps neither`;
      }
      const { comparison, messages, draft, keys } = get();
      if (comparison === undefined) return undefined;
      const asked = messages.find(({ id }) => id === comparison.question);
      change(withoutComparison);
      if (!comparison.fromDraft)
        return `neither was kept: the conversation is as it was; ${keys.inspect} has both`;
      const text = [asked?.text ?? '', draftText(draft)].filter((part) => part !== '').join('\n\n');
      const sent = asked?.role === 'user' ? (asked.attachments ?? []) : [];
      change((state) => withDraft({ ...state, attachments: [...sent, ...state.attachments] }, text));
      return `neither was kept: the question is in the draft again; ${keys.inspect} has both`;
    },
  };
}

const NOTHING = 'nothing to compare yet: type a question first';
