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

/** Actions that send one question to several endpoints or models. Each returns the text of a toast. */
export interface Comparing {
  /**
   * Sends the draft, or else the last question, to the endpoint in use and to the targets in `words` (see `targetsIn`).
   * Without words it opens a list of targets.
   */
  begin(words?: string): string | undefined;
  /** Begins a comparison with the targets that were chosen from the list. */
  beginWith(ids: readonly string[]): string | undefined;
  /** Opens the list with the models of the endpoint in use. */
  offer(models: readonly string[]): void;
  /** Sends the question to all sides again, several times, to measure them; the answers are not shown. */
  repeat(): string | undefined;
  /** Marks the next answer, or the one at `index`. */
  mark(index?: number): string | undefined;
  scroll(scroll: Scroll): void;
  /** Continues the conversation with the marked answer and its endpoint. */
  choose(): string | undefined;
  /** Stops running answers; called again, it drops all of them. */
  leave(): string | undefined;
}

/** How many rounds `repeat` adds. */
export const MORE_ROUNDS = 5;

/** Returns the reason why another action must wait for the comparison's end. */
export function chooseFirst({ send, stop }: KeyHints): string {
  return `choose an answer first: ${send} continues with the marked one, ${stop} drops all`;
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
    if (question === undefined) return nothingToCompare(get().keys);
    const { endpoints, rounds } = targets;
    change((state) => ({
      ...beginComparison(state, [state.endpoint, ...endpoints], { question, fromDraft, rounds }),
      toast: undefined,
    }));
    exchanges.askSides(goOn);
    return undefined;
  };

  /** Called at a round's end: starts the next round if one is left. */
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

  /** Why no comparison can begin now; undefined when one can. */
  const hindrance = (): string | undefined => {
    const { draft, attachments, messages, revising, comparison, keys } = get();
    if (comparison !== undefined) return chooseFirst(keys);
    if (exchanges.running) return `an answer is running: ${keys.stop} stops it`;
    if (revising !== undefined)
      return `an earlier message is being edited: ${keys.send} sends it, ${keys.stop} cancels`;
    const empty = draftText(draft).trim() === '' && attachments.length === 0;
    return empty && lastQuestion(messages) === undefined ? nothingToCompare(keys) : undefined;
  };

  return {
    begin(words) {
      const reason = hindrance();
      if (reason !== undefined) return reason;
      if (words !== undefined) return start(words.split(/\s+/));
      const others = modes.all.filter((mode) => mode.name !== get().endpoint.name);
      const [only] = others;
      // With only one candidate, the list would offer no choice.
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
      return `asking each ${MORE_ROUNDS} more times, to measure them`;
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
      const words = `continuing with ${sanitizeLine(name)} ${sanitizeLine(model)}`;
      const others = get().aside.length - before;
      if (others <= 0) return words;
      return others === 1
        ? `${words}; the other answer is on another branch`
        : `${words}; the other answers are on other branches`;
    },
    leave() {
      if (exchanges.running) {
        changeComparison((one) => ({ ...one, rounds: { ...one.rounds, of: one.rounds.now } }));
        exchanges.stop();
        const { send, stop } = get().keys;
        return `all stopped: ${send} continues with the marked answer, ${stop} drops all`;
      }
      const { comparison, messages, draft, keys } = get();
      if (comparison === undefined) return undefined;
      const question = messages.find(({ id }) => id === comparison.question);
      change(withoutComparison);
      if (!comparison.fromDraft)
        return `no answer kept: the conversation is unchanged; ${keys.inspect} shows them all`;
      const text = [question?.text ?? '', draftText(draft)].filter((part) => part !== '').join('\n\n');
      const sent = question?.role === 'user' ? (question.attachments ?? []) : [];
      change((state) => withDraft({ ...state, attachments: [...sent, ...state.attachments] }, text));
      return `no answer kept: the question is in the draft again; ${keys.inspect} shows them all`;
    },
  };
}

function nothingToCompare({ compare }: KeyHints): string {
  return `nothing to compare yet: send a question first, or type one and press ${compare}`;
}
