import { draftText, edit } from '../editor/editor.js';
import { withDraft } from '../editor/with-draft.js';
import { addQuestion } from '../exchange/exchange.js';
import type { Exchanges } from '../exchange/running.js';
import { lastQuestion } from '../messages.js';
import type { ModePort } from '../ports.js';
import type { AppStore } from '../store.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { KeyHints } from '../view/key-hints.js';
import { pick } from '../view/picker.js';
import type { Scroll } from '../view/scroll.js';
import {
  beginComparison,
  markSide,
  nextRound,
  scrollSide,
  withChosen,
  withoutComparison,
} from './compare.js';
import type { Comparison } from './comparison.js';
import { compareItems, targetsIn } from './targets.js';

/** Asking several endpoints or models at once. Each returns what there is to say. */
export interface Comparing {
  /**
   * The draft, or else the last question, to the endpoint in use and to those that the words name, as `targetsIn` reads
   * them; without words, to those chosen from a list.
   */
  begin(words?: string): string | undefined;
  /** The same for the ids of chosen items. */
  beginWith(ids: readonly string[]): string | undefined;
  /** The list again, with the models of the endpoint in use. */
  offer(models: readonly string[]): void;
  /** Asks all again, several times, for their figures alone. */
  repeat(): string | undefined;
  /** Marks the next answer, or the one at `index`. */
  mark(index?: number): string | undefined;
  scroll(scroll: Scroll): void;
  /** Goes on with the marked answer and its endpoint. */
  choose(): string | undefined;
  /** Stops all, then keeps none. */
  leave(): string | undefined;
}

/** Rounds that are added at once. */
export const MORE_ROUNDS = 5;

/** Why something else has to wait. */
export function chooseFirst({ send, stop }: KeyHints): string {
  return `answers are compared: ${send} goes on with the marked one, ${stop} keeps none`;
}

export function createComparing(store: AppStore, modes: ModePort, exchanges: Exchanges): Comparing {
  const get = store.getState;
  const { change } = exchanges;

  const start = (words: readonly string[]): string | undefined => {
    const targets = targetsIn(words, get().endpoint, modes.all);
    if (!targets.ok) return targets.problem;
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
    const { endpoints, rounds } = targets;
    change((state) => ({
      ...beginComparison(state, [state.endpoint, ...endpoints], { question, fromDraft, rounds }),
      toast: undefined,
    }));
    exchanges.askSides(goOn);
    return undefined;
  };

  /** A round has ended: the next one begins, unless that was the last. */
  const goOn = (): void => {
    const { comparison } = get();
    if (comparison === undefined || comparison.rounds.now >= comparison.rounds.of) return;
    change((state) => ({ ...state, comparison: nextRound(comparison) }));
    exchanges.askSidesAgain(goOn);
  };

  const changeComparison = (transition: (comparison: Comparison) => Comparison): void =>
    change((state) => ({
      ...state,
      comparison: state.comparison === undefined ? undefined : transition(state.comparison),
    }));

  const offer = (models?: readonly string[]): void =>
    change((state) => ({
      ...state,
      toast: undefined,
      overlay: pick('compare', compareItems(state.endpoint, modes.all, models)),
    }));

  /** Why nothing can be compared now. */
  const hindrance = (): string | undefined => {
    const { draft, attachments, messages, revising, comparison, keys } = get();
    if (comparison !== undefined) return chooseFirst(keys);
    if (exchanges.running) return `an answer is running: ${keys.stop} stops it`;
    if (revising !== undefined)
      return `an earlier message is being edited: ${keys.send} sends it, ${keys.stop} leaves it`;
    const empty = draftText(draft).trim() === '' && attachments.length === 0;
    return empty && lastQuestion(messages) === undefined ? NOTHING : undefined;
  };

  return {
    begin(words) {
      const reason = hindrance();
      if (reason !== undefined) return reason;
      if (words !== undefined) return start(words.split(/\s+/));
      const others = modes.all.filter((mode) => mode.name !== get().endpoint.name);
      const [only] = others;
      // Where there is one to choose, there is nothing to choose.
      if (only !== undefined && others.length === 1 && only.problem === undefined) return start([only.name]);
      offer();
      return undefined;
    },
    beginWith: (ids) => hindrance() ?? start(ids),
    offer,
    repeat() {
      const { comparison, keys } = get();
      if (comparison === undefined) return undefined;
      if (exchanges.running) return `answers are running: ${keys.stop} stops them`;
      const { now } = comparison.rounds;
      changeComparison((one) => ({ ...one, rounds: { now, of: now + MORE_ROUNDS } }));
      goOn();
      return `asking each ${MORE_ROUNDS} more times, for the figures`;
    },
    mark(index) {
      changeComparison((comparison) => markSide(comparison, index));
      return undefined;
    },
    scroll: (scroll) => changeComparison((comparison) => scrollSide(comparison, scroll)),
    choose() {
      if (exchanges.running) return `all answers have to end first: ${get().keys.stop} stops them`;
      const before = get().aside.length;
      change(withChosen);
      const { name, model } = get().endpoint;
      modes.select(name);
      const words = `going on with ${sanitizeLine(name)} ${sanitizeLine(model)}`;
      const others = get().aside.length - before;
      if (others <= 0) return words;
      return others === 1
        ? `${words}; the other answer is the branch beside it`
        : `${words}; the other answers are the branches beside it`;
    },
    leave() {
      if (exchanges.running) {
        changeComparison((one) => ({ ...one, rounds: { ...one.rounds, of: one.rounds.now } }));
        exchanges.stop();
        const { send, stop } = get().keys;
        return `all stopped: ${send} goes on with the marked answer, ${stop} keeps none`;
      }
      const { comparison, messages, draft, keys } = get();
      if (comparison === undefined) return undefined;
      const asked = messages.find(({ id }) => id === comparison.question);
      change(withoutComparison);
      if (!comparison.fromDraft)
        return `none was kept: the conversation is as it was; ${keys.inspect} has them all`;
      const text = [asked?.text ?? '', draftText(draft)].filter((part) => part !== '').join('\n\n');
      const sent = asked?.role === 'user' ? (asked.attachments ?? []) : [];
      change((state) => withDraft({ ...state, attachments: [...sent, ...state.attachments] }, text));
      return `none was kept: the question is in the draft again; ${keys.inspect} has them all`;
    },
  };
}

const NOTHING = 'nothing to compare yet: type a question first';
