import { sanitize } from '../../state/text/sanitize.js';
import type { TerminalEvent } from './bytes/key-events.js';
import { createCompareKeys } from './compare-keys.js';
import { completionsOf } from './completion.js';
import type { InputOptions } from './input-options.js';
import type { KeyPress } from './keys.js';
import { createOverlayKeys } from './overlay-keys.js';
import { createPaneKeys } from './pane-keys.js';
import { createPerform } from './perform.js';
import { createPointer } from './pointer.js';
import { createScrolling } from './scrolling.js';
import { createSearchKeys } from './search-keys.js';

/** Turns the terminal's events into actions. */
export interface Input {
  receive(event: TerminalEvent): void;
}

export function createInput(options: InputOptions): Input {
  const { state, actions, keymap, viewport, view, layout } = options;
  const scrolling = createScrolling(options);
  const searching = createSearchKeys(options);
  const hasDraft = (): boolean => state().draft.text !== '';

  const perform = createPerform(options, scrolling, searching);
  const paneKeys = createPaneKeys(state, actions, keymap);
  const comparing = createCompareKeys(options);
  const overlayKeys = createOverlayKeys({ state, actions, keymap, view, page: scrolling.page, perform });

  /** @returns whether the tab completed a command */
  const completed = (): boolean => {
    const { text } = state().draft;
    const [first, ...others] = completionsOf(text);
    if (first === undefined) return false;
    const common = others.reduce(commonStart, first);
    // When the command is complete, the key has its other meaning.
    if (others.length === 0 && common === text) return false;
    actions.edit({ type: 'set', text: `${common}${others.length === 0 ? ' ' : ''}` });
    return true;
  };

  const press = (key: KeyPress): void => {
    if (state().selected !== undefined) actions.select();
    const name = nameOf(key);
    const action = keymap.actionOf(name, hasDraft());
    if (key.kind === 'key' && key.afterEscape !== undefined && action === undefined) {
      press({ kind: 'key', name: 'esc' });
      press({ kind: 'key', name: key.afterEscape });
      return;
    }
    if (overlayKeys.press(keymap.inList(name), key)) return;
    const wheel = WHEEL.get(name);
    if (wheel !== undefined) {
      // The wheel often continues to turn at the end, so it shows no toast there.
      if (!comparing.scroll(wheel)) scrolling.quietly(wheel);
      return;
    }
    if (name === 'tab' && completed()) return;
    if (searching.press(key)) return;
    if (comparing.press(name)) return;
    if (paneKeys.press(name)) return;
    if (action !== undefined) perform[action]();
    else if (key.kind === 'text') actions.edit({ type: 'insert', text: key.text });
    else actions.say(`${name} does nothing here: ${keymap.hints.help} shows all keys`);
  };
  const paste = ({ text, more }: Extract<TerminalEvent, { kind: 'paste' }>): void => {
    const clean = sanitize(text);
    if (clean === '' || overlayKeys.paste(clean)) return;
    if (searching.press({ kind: 'text', text: clean.split('\n', 1)[0] ?? '' })) return;
    actions.edit({ type: 'paste', text: clean, ...(more && { more }) });
  };

  const pointer =
    layout &&
    createPointer({ state, actions, viewport, view, layout, press: (name) => press({ kind: 'key', name }) });

  return {
    receive(event) {
      switch (event.kind) {
        case 'key':
          return press(event);
        case 'text': {
          const text = sanitize(event.text);
          return text === '' ? undefined : press({ kind: 'text', text });
        }
        case 'paste':
          return paste(event);
        case 'mouse':
          return pointer?.receive(event.report);
        case 'reply':
          return;
      }
    },
  };
}

/** Rows to scroll for one wheel event; one turn of the wheel sends several. */
const WHEEL: ReadonlyMap<string, number> = new Map([
  ['wheelup', -1],
  ['wheeldown', 1],
]);

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

/** Returns the key's name. A single character is a key too. A longer text is not a key, so its name is empty. */
function nameOf(key: KeyPress): string {
  if (key.kind === 'key') return key.name;
  return key.text.length === 1 ? key.text : '';
}
