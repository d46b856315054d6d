import type { Acting } from '../acting.js';
import { lastAnswer } from '../messages.js';
import type { Clock, ScreenPort } from '../ports.js';
import { codeBlocks } from '../text/code-blocks.js';
import { count } from '../text/count.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { pick } from '../view/picker.js';
import { draftText, type EditorEvent, EMPTY_EDITOR, edit, selectionOf } from './editor.js';
import { withDraft } from './with-draft.js';

export interface DraftPorts {
  screen: ScreenPort;
  clock: Clock;
  /** Opens the text in the user's own editor, which has the terminal until it ends; resolves to the new text. */
  editText?: ((text: string) => Promise<string>) | undefined;
}

const QUIT_WINDOW_MS = 2000;

/** Actions that edit the draft, copy text and quit. */
export function createDraftActions(acting: Acting, { screen, clock, editText }: DraftPorts) {
  const { get, change, act, actLater } = acting;
  const setDraft = (text: string): void => change((state) => withDraft(state, text));

  return {
    edit(event: EditorEvent): void {
      change((state) => ({ ...state, draft: edit(state.draft, event), quitArmedUntilMs: undefined }));
    },
    /** Edits the draft; when that changes nothing, a toast shows `otherwise`. */
    tryEdit: act((event: EditorEvent, otherwise: string) => {
      const { draft } = get();
      const next = edit(draft, event);
      if (next.text === draft.text) return otherwise;
      change((state) => ({ ...state, draft: next, quitArmedUntilMs: undefined }));
      return undefined;
    }),
    pickFromHistory: act(() => {
      const { history } = get().draft;
      if (history.length === 0) return 'nothing was sent yet';
      const items = history
        .map((text, index) => ({ id: String(index), label: sanitizeLine(text.slice(0, 200)) }))
        .reverse();
      change((state) => ({ ...state, overlay: pick('history', items) }));
      return undefined;
    }),
    recall: act((index: number) => {
      const text = get().draft.history[index];
      if (text === undefined) return 'that message is gone';
      setDraft(text);
      return undefined;
    }),
    editOutside: actLater(async () => {
      if (editText === undefined) return 'there is no external editor here';
      const text = draftText(get().draft);
      let edited = text;
      await screen.leave(async () => {
        edited = await editText(text);
      });
      const clean = sanitize(edited).replace(/\n$/, '');
      if (!acting.ended && clean !== text) setDraft(clean);
      return undefined;
    }),
    /** Copies the selection of the draft, or else the last answer as Markdown source. */
    copy: act(() => {
      const { draft } = get();
      const selected = selectionOf(draft);
      if (selected !== undefined) {
        const text = draftText({ ...draft, text: draft.text.slice(selected.start, selected.end) });
        screen.copy(text);
        return `copied the selection: ${count(text.length)} characters`;
      }
      const answer = lastAnswer(get().messages);
      if (answer === undefined) return 'there is no answer to copy yet';
      screen.copy(answer.text);
      return `copied the last answer: ${count(answer.text.length)} characters`;
    }),
    /** Copies the code of the last answer; with several blocks it opens a list of them. */
    copyCode: act((index?: number) => {
      const answer = lastAnswer(get().messages);
      if (answer === undefined) return 'there is no answer to copy yet';
      const blocks = codeBlocks(answer.text);
      const block = index === undefined && blocks.length > 1 ? undefined : blocks[index ?? 0];
      if (block !== undefined) {
        screen.copy(block.code);
        return `copied the code: ${lineWords(block.code)}`;
      }
      if (blocks.length === 0) return 'the last answer has no code block';
      const items = blocks.map(({ language, code }, at) => ({
        id: String(at),
        // The size comes first, because the code's line is often longer than the list is wide.
        label: sanitizeLine(
          `${language || 'code'}, ${lineWords(code)}: ${code.trimStart().split('\n', 1)[0]?.slice(0, 200)}`,
        ),
      }));
      change((state) => ({ ...state, overlay: pick('code', items) }));
      return undefined;
    }),
    /** Copies the mouse's selection of the conversation, as it looks on the screen. */
    copySelected: act((text: string) => {
      screen.copy(text);
      return `copied ${count(text.length)} characters; shift+drag selects as the terminal does`;
    }),
    /** Copies a summary of an exchange for the provider's support. */
    copySummary: act((text: string) => {
      screen.copy(text);
      return 'copied a summary for support: no key, no content';
    }),
    /** Clears the draft; called again within two seconds, it quits the program. */
    clearOrQuit(): void {
      const { draft, quitArmedUntilMs } = get();
      if (quitArmedUntilMs !== undefined && clock.unixMs() < quitArmedUntilMs) {
        screen.exit();
        return;
      }
      change((state) => {
        const untilMs = state.nowMs + QUIT_WINDOW_MS;
        const text = `cleared: up brings it back; ${state.keys.quit} again quits`;
        return {
          ...state,
          draft: edit(draft, { type: 'clear' }),
          attachments: [],
          revising: undefined,
          quitArmedUntilMs: untilMs,
          toast: draft.text === '' ? undefined : { text, untilMs },
        };
      });
    },
    /** Empties the draft after its command has run; the command is not added to the history. */
    dropDraft(): void {
      change((state) => ({ ...state, draft: { ...EMPTY_EDITOR, history: state.draft.history } }));
    },
  };
}

function lineWords(text: string): string {
  const lines = text.split('\n').length;
  return lines === 1 ? '1 line' : `${count(lines)} lines`;
}
