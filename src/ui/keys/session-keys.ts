import type { Actions } from '../../state/actions.js';
import type { SessionList } from '../../state/sessions/session-list.js';
import { previousBoundary } from '../../state/text/graphemes.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import type { KeyPress } from './keys.js';

/** Keys in the list of sessions: typed text searches, or while renaming goes into the title. */
export interface SessionKeys {
  /** @returns true, because the list uses every key */
  press(name: string, key: KeyPress, list: SessionList): true;
  type(text: string, list: SessionList): void;
}

export interface SessionKeysOptions {
  actions: Actions;
  hints: KeyHints;
  page: () => number;
  close: () => void;
}

export function createSessionKeys({ actions, hints, page, close }: SessionKeysOptions): SessionKeys {
  const type = (text: string, { query, renaming }: SessionList): void => {
    if (renaming === undefined) actions.searchSessions(query + text);
    else actions.renameSession(renaming + text);
  };

  const whileRenaming = (name: string, title: string): boolean => {
    if (name === 'enter') actions.keepName();
    else if (name === 'esc' || name === 'ctrl+c') actions.renameSession(undefined);
    else if (name === 'backspace') actions.renameSession(shortened(title));
    else if (name === 'ctrl+u') actions.renameSession('');
    else return false;
    return true;
  };

  const act: Readonly<Record<string, (list: SessionList) => void>> = {
    enter: actions.openSession,
    esc: ({ query }) => (query === '' ? close() : actions.searchSessions('')),
    'ctrl+c': close,
    'ctrl+s': close,
    up: () => actions.moveInSessions(-1),
    down: () => actions.moveInSessions(1),
    'ctrl+p': () => actions.moveInSessions(-1),
    'ctrl+n': () => actions.moveInSessions(1),
    pageup: () => actions.moveInSessions(-page()),
    pagedown: () => actions.moveInSessions(page()),
    home: () => actions.moveInSessions(Number.NEGATIVE_INFINITY),
    end: () => actions.moveInSessions(Number.POSITIVE_INFINITY),
    backspace: ({ query }) => actions.searchSessions(shortened(query)),
    'ctrl+u': () => actions.searchSessions(''),
    'ctrl+r': ({ rows, index }) => actions.renameSession(rows[index]?.title ?? ''),
    'alt+p': actions.pinSession,
    delete: actions.deleteSession,
    'ctrl+d': actions.deleteSession,
    'ctrl+z': actions.undoDelete,
  };

  return {
    type,
    press(name, key, list) {
      if (list.renaming !== undefined && whileRenaming(name, list.renaming)) return true;
      const does = list.renaming === undefined ? act[name] : undefined;
      if (does !== undefined) does(list);
      else if (key.kind === 'text') type(key.text, list);
      else
        actions.say(
          `type to search, ${hints.choose} opens, ctrl+r renames, alt+p pins, ctrl+d deletes, ${hints.close} closes`,
        );
      return true;
    },
  };
}

function shortened(text: string): string {
  return text.slice(0, previousBoundary(text, text.length));
}
