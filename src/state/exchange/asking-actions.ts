import type { Acting } from '../acting.js';
import type { QueuedMessage } from '../app-state.js';
import { namesOf } from '../attachments/attachments.js';
import { endBeforeMessage, endWith } from '../branches/branches.js';
import { revisingOf } from '../branches/revising.js';
import { type Comparing, chooseFirst } from '../comparing/comparing.js';
import { draftText, edit } from '../editor/editor.js';
import { withDraft } from '../editor/with-draft.js';
import { lastQuestion, lastQuestionOrResult } from '../messages.js';
import { addResult, awaitedCall } from '../tools/tool-calls.js';
import { addQuestion } from './exchange.js';
import type { Exchanges } from './running.js';

/** Actions that send, stop and repeat a question, and the queue of messages that wait. */
export function createAskingActions(
  { get, change, act, say }: Acting,
  exchanges: Exchanges,
  comparing: Comparing,
) {
  const running = (): string => `an answer is running: ${get().keys.stop} stops it`;

  /** Why nothing can be sent or changed now; undefined when it can. */
  const busy = (): string | undefined => {
    if (get().comparison !== undefined) return chooseFirst(get().keys);
    return exchanges.running ? running() : undefined;
  };

  const ask = (message: QueuedMessage): void => {
    // `change` also saves the question, so it is on disk before the request is sent.
    change((state) => ({ ...addQuestion(state, message), toast: undefined }));
    exchanges.ask();
  };

  const setDraft = (text: string): void => change((state) => withDraft(state, text));

  /** Puts queued messages in front of the draft. */
  const takeBack = (): void => {
    const { queue, draft } = get();
    const texts = queue.map((message) => message.text);
    const text = [...texts, draftText(draft)].filter((part) => part !== '').join('\n\n');
    change((state) => ({
      ...state,
      queue: [],
      toast: undefined,
      attachments: [...queue.flatMap(({ attachments }) => attachments), ...state.attachments],
    }));
    setDraft(text);
  };

  /** Gives the awaited tool call its result. After the last result the request is sent. */
  const giveResult = (text: string): string | undefined => {
    if (exchanges.running) return running();
    const awaited = awaitedCall(get());
    if (awaited === undefined) return 'no tool call waits for a result';
    change((state) => ({ ...addResult(state, awaited, text), toast: undefined }));
    if (awaitedCall(get()) === undefined) exchanges.ask();
    return undefined;
  };

  return {
    busy,
    running,
    giveResult,
    /** Called when an answer ends. If it is complete, the next queued message is sent; else all return to the draft. */
    answered(whole: boolean): void {
      const [next, ...queue] = get().queue;
      if (next === undefined) return;
      if (awaitedCall(get()) !== undefined) {
        takeBack();
        say('queued messages are in the draft again: the answer calls a tool and waits for its result');
      } else if (whole) {
        change((state) => ({ ...state, queue }));
        ask(next);
      } else {
        takeBack();
        say('queued messages are in the draft again: the answer before them is not complete');
      }
    },
    actions: {
      /** Sends the draft; while an answer runs, the message is queued. */
      send: act(() => {
        const { draft, attachments, revising } = get();
        const text = draftText(draft).trimEnd();
        if (text.trim() === '' && attachments.length === 0)
          return 'nothing to send yet: type a message first';
        if (get().comparison !== undefined) return chooseFirst(get().keys);
        if (exchanges.running && revising !== undefined) return running();
        const sent = edit({ ...draft, text: draft.text.trimEnd() }, { type: 'clear' });
        if (exchanges.running) {
          const message = { text, attachments };
          change((state) => ({ ...state, draft: sent, attachments: [], queue: [...state.queue, message] }));
          return `queued: it is sent when the answer ends; ${get().keys.stop} takes it back`;
        }
        if (awaitedCall(get()) !== undefined) {
          if (attachments.length > 0)
            return `the result of a call is text: /detach removes ${namesOf(attachments)}`;
          change((state) => ({ ...state, draft: sent }));
          return giveResult(text);
        }
        change((state) => ({
          ...state,
          draft: sent,
          attachments: [],
          revising: undefined,
          ...(revising !== undefined && endBeforeMessage(state, revising)),
        }));
        ask({ text, attachments });
        return undefined;
      }),
      /** Returns queued messages to the draft, or else cancels an edit, or else stops the answer. */
      stop: act(() => {
        if (get().comparison !== undefined) return comparing.leave();
        if (get().queue.length > 0) {
          takeBack();
          return `taken back; ${get().keys.stop} again stops the answer`;
        }
        if (get().revising !== undefined) {
          change((state) => ({ ...state, revising: undefined, attachments: [] }));
          setDraft('');
          return 'edit cancelled: the message is unchanged';
        }
        const awaited = awaitedCall(get());
        if (awaited !== undefined) {
          change((state) => ({ ...state, callsLeft: awaited.answer.id }));
          return 'the tool call gets no result: your next message is a question';
        }
        if (!exchanges.running) return 'no answer is running';
        // A toast about the queue or about stopping is outdated now.
        change((state) => ({ ...state, toast: undefined }));
        exchanges.stop();
        return undefined;
      }),
      takeBack,
      regenerate: act(() => {
        const reason = busy();
        if (reason !== undefined) return reason;
        const question = lastQuestionOrResult(get().messages);
        if (question === undefined) return 'nothing to ask again: send a message first';
        change((state) => ({ ...state, ...endWith(state, question.id) }));
        exchanges.ask();
        return undefined;
      }),
      /** Puts the last question into the draft. Sending it moves the old question and its answer to another branch. */
      reviseLast: act(() => {
        const reason = busy();
        if (reason !== undefined) return reason;
        const question = lastQuestion(get().messages);
        if (question === undefined) return 'nothing to edit: send a message first';
        setDraft(question.text);
        change((state) => ({ ...state, ...revisingOf(question) }));
        return undefined;
      }),
    },
  };
}
