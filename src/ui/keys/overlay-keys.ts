import { type AppState, PANES } from '../../state/app-state.js';
import { MODELS_ITEM, SETUP_ITEM } from '../../state/comparing/targets.js';
import { previousBoundary } from '../../state/text/graphemes.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { matching, movedBy, type Picker, toggled } from '../../state/view/picker.js';
import { MAX_QUERY } from '../../state/view/search.js';
import { explainLines } from '../panes/explain/lines.js';
import { helpLines } from '../panes/help.js';
import { allPanes } from '../panes/side.js';
import type { InputOptions } from './input-options.js';
import { createInspectorKeys } from './inspector-keys.js';
import { KEYMAP } from './keymap.js';
import type { KeyPress } from './keys.js';
import type { Perform } from './perform.js';
import { SCROLLS, within } from './scrolls.js';
import { createSessionKeys } from './session-keys.js';

/** Keys while an overlay is open, such as help, picker or inspector. */
export interface OverlayKeys {
  /** @returns whether the key was used */
  press(name: string, key: KeyPress): boolean;
  /** @returns whether the text was used */
  paste(text: string): boolean;
}

interface OverlayKeysOptions extends Pick<InputOptions, 'state' | 'actions' | 'keymap' | 'view'> {
  page: () => number;
  perform: Perform;
}

export function createOverlayKeys(options: OverlayKeysOptions): OverlayKeys {
  const { state, actions, keymap, view, page, perform } = options;
  const close = (): void => actions.show({ kind: 'none' });

  const inHelp = (name: string, offset: number): boolean => {
    const scrolled = SCROLLS.get(name);
    if (scrolled === undefined) {
      close();
      return CLOSES_HELP.has(name);
    }
    const last = lastOffset(helpLines(view().width, keymap.bindings).length);
    actions.show({ kind: 'help', offset: within(offset + scrolled(page()), last) });
    return true;
  };

  const inPanes = (name: string, overlay: Extract<AppState['overlay'], { kind: 'panes' }>): boolean => {
    const scrolled = SCROLLS.get(name);
    if (scrolled !== undefined) {
      const lines = allPanes(overlay.pane, state(), view().width).length;
      actions.show({ ...overlay, offset: within(overlay.offset + scrolled(page()), lastOffset(lines)) });
      return true;
    }
    if (name === 'esc' || name === 'q') {
      close();
      return true;
    }
    const action = keymap.actionOf(name, false);
    if (action === 'help') {
      actions.explain();
      return true;
    }
    if (action === 'panes' || action === 'focus' || action === 'focus-back') return false;
    close();
    return false;
  };

  const inExplanation = (
    name: string,
    overlay: Extract<AppState['overlay'], { kind: 'explain' }>,
  ): boolean => {
    const { pane, back } = overlay;
    const scrolled = SCROLLS.get(name);
    const action = keymap.actionOf(name, false);
    if (scrolled !== undefined) {
      const lines = explainLines(pane, state(), view().width).length;
      actions.show({ ...overlay, offset: within(overlay.offset + scrolled(page()), lastOffset(lines)) });
    } else if (action === 'focus' || action === 'focus-back') {
      const step = action === 'focus' ? 1 : -1;
      const next = PANES.at((PANES.indexOf(pane) + step) % PANES.length) ?? pane;
      actions.show({ ...overlay, pane: next, offset: 0 });
    } else if (name === 'esc' || name === 'q' || name === 'enter') {
      actions.show(back === 'panes' ? { kind: 'panes', pane, offset: 0 } : { kind: 'none' });
    } else if (action === 'help') {
      actions.show({ kind: 'help', offset: 0 });
    } else {
      close();
      return false;
    }
    return true;
  };

  const inPicker = (name: string, key: KeyPress, picker: Picker): boolean => {
    const moved = SCROLLS.get(name);
    if (name === 'enter') {
      choose(picker);
    } else if (name === 'esc' || name === 'ctrl+c') {
      close();
    } else if (name === 'tab' && picker.marked !== undefined) {
      actions.show(toggled(picker));
    } else if (name === 'backspace') {
      const query = picker.query.slice(0, previousBoundary(picker.query, picker.query.length));
      actions.show({ ...picker, query, index: 0 });
    } else if (name === 'ctrl+u') {
      actions.show({ ...picker, query: '', index: 0 });
    } else if (moved !== undefined) {
      actions.show(movedBy(picker, moved(page())));
    } else if (STEPS.has(name)) {
      actions.show(movedBy(picker, STEPS.get(name) ?? 1));
    } else if (key.kind === 'text') {
      actions.show({ ...picker, query: picker.query + key.text, index: 0 });
    } else {
      actions.say(`type to narrow the list, ${keymap.hints.choose} chooses, ${keymap.hints.close} closes`);
    }
    return true;
  };

  const choose = (picker: Picker): void => {
    const item = matching(picker)[picker.index];
    if (item === undefined) {
      actions.say(`nothing matches: backspace, or ${keymap.hints.close} closes`);
      return;
    }
    close();
    if (picker.purpose === 'compare') chooseToCompare(item.id, picker.marked ?? []);
    else if (picker.purpose === 'mode') actions.switchMode(item.id);
    else if (picker.purpose === 'model') actions.chooseModel(item.id);
    else if (picker.purpose === 'history') actions.recall(Number(item.id));
    else if (picker.purpose === 'code') actions.copyCode(Number(item.id));
    else if (picker.purpose === 'branch') actions.branchFrom(Number(item.id));
    else carryOut(item.id);
  };

  const chooseToCompare = (id: string, marked: readonly string[]): void => {
    const endpoints = marked.filter((one) => one !== MODELS_ITEM && one !== SETUP_ITEM);
    if (id === SETUP_ITEM) actions.explainSetup();
    else if (id === MODELS_ITEM) actions.compareModels();
    else actions.compareWith(endpoints.length > 0 ? endpoints : [id]);
  };

  const carryOut = (name: string): void => {
    const binding = KEYMAP.find(({ action }) => action === name);
    if (binding === undefined) return;
    // The user still has to type the argument.
    if (binding.argument !== undefined) actions.edit({ type: 'set', text: `/${binding.command} ` });
    else perform[binding.action]();
  };

  const inInspector = createInspectorKeys({ actions, keymap, view, page, close });
  const inSessions = createSessionKeys({ actions, hints: keymap.hints, page, close });

  const lastOffset = (lines: number): number => Math.max(0, lines - view().height);

  return {
    press(name, key) {
      const { overlay } = state();
      switch (overlay.kind) {
        case 'none':
          return false;
        case 'help':
          return inHelp(name, overlay.offset);
        case 'panes':
          return inPanes(name, overlay);
        case 'explain':
          return inExplanation(name, overlay);
        case 'inspector':
          return inInspector(name, overlay);
        case 'picker':
          return inPicker(name, key, overlay);
        case 'sessions':
          return inSessions.press(name, key, overlay);
      }
    },
    paste(text) {
      const { overlay } = state();
      if (overlay.kind === 'picker') {
        const query = (overlay.query + sanitizeLine(text)).slice(0, MAX_QUERY);
        actions.show({ ...overlay, query, index: 0 });
        return true;
      }
      if (overlay.kind === 'sessions') {
        inSessions.type(sanitizeLine(text), overlay);
        return true;
      }
      if (overlay.kind !== 'none') close();
      return false;
    },
  };
}

const CLOSES_HELP = new Set(['esc', '?', 'q', 'enter']);
/** More keys that move in a picker. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['ctrl+n', 1],
  ['ctrl+p', -1],
  ['tab', 1],
  ['shift+tab', -1],
  ['alt+r', 1],
]);
