import type { EditorEvent, Motion } from '../../state/editor/editor.js';

type EditAction = `edit-${Exclude<EditorEvent['type'], 'insert' | 'paste' | 'set' | 'clear' | 'select-all'>}`;
type SelectAction = `select-${Motion | 'up' | 'down' | 'all'}`;

/** The actions of keys and commands. */
export type ActionName =
  | 'send'
  | 'newline'
  | 'stop'
  | 'clear-or-quit'
  | 'quit'
  | 'reconnect'
  | 'mode'
  | 'regenerate'
  | 'revise'
  | 'branch-earlier'
  | 'branch-later'
  | 'branch'
  | 'editor'
  | 'search-history'
  | 'palette'
  | 'pick-mode'
  | 'pick-model'
  | 'name'
  | 'sessions'
  | 'continue'
  | 'system'
  | 'temperature'
  | 'set'
  | 'attach'
  | 'detach'
  | 'tools'
  | 'result'
  | 'inspect'
  | 'panes'
  | 'focus'
  | 'focus-back'
  | 'explain'
  | 'mouse'
  | 'compare'
  | 'new'
  | 'copy'
  | 'copy-code'
  | 'help'
  | 'search'
  | 'reasoning'
  | 'source'
  | 'suspend'
  | 'redraw'
  | 'scroll-row-up'
  | 'scroll-row-down'
  | 'scroll-page-up'
  | 'scroll-page-down'
  | 'scroll-start'
  | 'scroll-end'
  | EditAction
  | SelectAction;

type Section = 'Messages' | 'Conversation' | 'Scrolling' | 'Editing' | 'Program';

export interface Binding {
  readonly action: ActionName;
  /** Names in the form of `keyName`. */
  readonly keys: readonly string[];
  /** Limits the keys to drafts with or without text; absent means always. */
  readonly when?: 'draft' | 'no-draft';
  /** The command's name without its slash. */
  readonly command?: string;
  /** The name of the command's argument. */
  readonly argument?: string;
  readonly section: Section;
  readonly help: string;
}

/**
 * The table of actions, from which keys, palette, commands and help are made. The first row that matches a key wins.
 * The configuration can change keys: see `createKeymap`.
 */
export const KEYMAP: readonly Binding[] = [
  bind('Messages', 'send', ['enter', 'ctrl+enter'], 'send the message'),
  bind('Messages', 'newline', ['ctrl+j', 'alt+enter', 'shift+enter'], 'new line'),
  bind('Messages', 'stop', ['esc'], 'stop the answer; the partial answer is kept', { command: 'stop' }),
  bind('Messages', 'regenerate', ['ctrl+g'], 'ask the last question again', { command: 'again' }),
  bind('Messages', 'revise', ['ctrl+e'], 'edit the last message (empty draft)', {
    when: 'no-draft',
    command: 'edit',
  }),
  bind('Messages', 'branch-earlier', ['alt+,'], 'the earlier answer or question ‹ 2/3 ›', {
    command: 'earlier',
  }),
  bind('Messages', 'branch-later', ['alt+.'], 'the later answer or question', { command: 'later' }),
  bind('Messages', 'branch', [], 'branch from any message', { command: 'branch' }),
  bind('Messages', 'editor', ['ctrl+x'], 'write in $VISUAL or $EDITOR', { command: 'editor' }),
  bind('Messages', 'search-history', ['alt+r'], 'find an earlier message', { command: 'history' }),
  bind(
    'Messages',
    'copy',
    ['ctrl+y'],
    'copy the selection, or else the last answer; in the inspector, a support summary',
    {
      command: 'copy',
    },
  ),
  bind('Messages', 'copy-code', [], 'copy a code block of the last answer', { command: 'code' }),

  bind('Messages', 'attach', [], 'attach a file; without a name, the image in the clipboard', {
    command: 'attach',
    argument: '[FILE]',
  }),
  bind('Messages', 'detach', [], 'remove an attachment, the last one without a name', {
    command: 'detach',
    argument: '[NAME]',
  }),

  bind('Conversation', 'new', ['ctrl+n'], 'new conversation', { command: 'new' }),
  bind('Conversation', 'name', [], 'name the conversation', { command: 'name', argument: 'WORDS' }),
  bind('Conversation', 'sessions', ['ctrl+s'], 'saved conversations: open, search', { command: 'sessions' }),
  bind('Conversation', 'continue', ['alt+l'], 'resume the last conversation', { command: 'continue' }),
  bind('Conversation', 'mode', ['ctrl+t'], 'switch mode', { command: 'mode' }),
  bind('Conversation', 'search', ['ctrl+f'], 'search the conversation', { command: 'search' }),
  bind('Conversation', 'reasoning', [], 'show or hide reasoning', { command: 'reasoning' }),
  bind('Conversation', 'source', ['alt+s'], 'show answers as Markdown source, or rendered', {
    command: 'source',
  }),
  bind('Conversation', 'pick-mode', [], 'choose a mode', { command: 'modes' }),
  bind('Conversation', 'pick-model', ['ctrl+o'], 'choose a model', { command: 'model' }),
  bind('Conversation', 'system', [], 'set the system prompt; off removes it', {
    command: 'system',
    argument: 'WORDS',
  }),
  bind('Conversation', 'temperature', [], 'set the temperature; off sends none', {
    command: 'temperature',
    argument: 'NUMBER',
  }),
  bind('Conversation', 'set', [], 'set a member of the request; tab completes', {
    command: 'set',
    argument: 'NAME VALUE',
  }),
  bind('Conversation', 'tools', [], 'load tools from a JSON file; off removes them', {
    command: 'tools',
    argument: 'FILE',
  }),
  bind('Conversation', 'result', [], 'give a file as the result of a tool call', {
    command: 'result',
    argument: 'FILE',
  }),
  bind('Conversation', 'compare', ['ctrl+b'], 'ask several endpoints or models at once', {
    command: 'compare',
  }),
  bind('Conversation', 'inspect', ['ctrl+d'], 'inspect the last exchanges; m marks one to compare with', {
    command: 'inspect',
  }),
  bind('Conversation', 'reconnect', ['ctrl+r'], 'reconnect to the daemon', { command: 'reconnect' }),

  bind('Scrolling', 'scroll-page-up', ['pageup'], 'a page up'),
  bind('Scrolling', 'scroll-page-down', ['pagedown'], 'a page down'),
  bind('Scrolling', 'scroll-row-up', ['shift+up'], 'a line up (empty draft)', { when: 'no-draft' }),
  bind('Scrolling', 'scroll-row-down', ['shift+down'], 'a line down (empty draft)', { when: 'no-draft' }),
  bind('Scrolling', 'scroll-row-up', ['ctrl+up'], 'a line up; the mouse wheel too'),
  bind('Scrolling', 'scroll-row-down', ['ctrl+down'], 'a line down'),
  bind('Scrolling', 'scroll-start', ['home'], 'to the beginning (empty draft)', { when: 'no-draft' }),
  bind('Scrolling', 'scroll-end', ['end'], 'to the end (empty draft)', { when: 'no-draft' }),
  bind('Scrolling', 'scroll-start', ['ctrl+home'], 'to the beginning', { command: 'top' }),
  bind('Scrolling', 'scroll-end', ['ctrl+end'], 'to the end', { command: 'end' }),

  bind('Editing', 'edit-up', ['up'], 'up; at the top, earlier messages'),
  bind('Editing', 'edit-down', ['down'], 'down; at the bottom, later ones'),
  bind('Editing', 'edit-left', ['left'], 'left'),
  bind('Editing', 'edit-right', ['right'], 'right'),
  bind('Editing', 'edit-word-left', ['ctrl+left', 'alt+left', 'alt+b'], 'a word left'),
  bind('Editing', 'edit-word-right', ['ctrl+right', 'alt+right', 'alt+f'], 'a word right'),
  bind('Editing', 'edit-line-start', ['home', 'ctrl+a'], "to the line's start"),
  bind('Editing', 'edit-line-end', ['end', 'ctrl+e'], "to the line's end"),
  bind('Editing', 'select-left', ['shift+left'], 'select to the left'),
  bind('Editing', 'select-right', ['shift+right'], 'select to the right'),
  bind('Editing', 'select-word-left', ['ctrl+shift+left', 'alt+shift+left'], 'select the word to the left'),
  bind(
    'Editing',
    'select-word-right',
    ['ctrl+shift+right', 'alt+shift+right'],
    'select the word to the right',
  ),
  bind('Editing', 'select-up', ['shift+up'], 'select a row up'),
  bind('Editing', 'select-down', ['shift+down'], 'select a row down'),
  bind('Editing', 'select-line-start', ['shift+home'], "select to the line's start"),
  bind('Editing', 'select-line-end', ['shift+end'], "select to the line's end"),
  bind('Editing', 'select-all', ['alt+a'], 'select all'),
  bind('Editing', 'edit-backspace', ['backspace', 'shift+backspace', 'ctrl+h'], 'delete to the left'),
  bind('Editing', 'edit-delete', ['delete', 'shift+delete'], 'delete to the right'),
  bind('Editing', 'edit-kill-word', ['ctrl+w', 'alt+backspace', 'ctrl+backspace'], 'delete the word before'),
  bind('Editing', 'edit-kill-word-right', ['alt+d', 'ctrl+delete', 'alt+delete'], 'delete the word after'),
  bind('Editing', 'edit-kill-to-start', ['ctrl+u'], "delete to the line's start"),
  bind('Editing', 'edit-kill-to-end', ['ctrl+k'], "delete to the line's end"),

  bind('Editing', 'edit-yank', ['alt+y'], 'insert the last deleted text'),
  bind('Editing', 'edit-undo', ['ctrl+_', 'alt+z'], 'undo'),
  bind('Editing', 'edit-redo', ['alt+x'], 'redo'),
  bind('Editing', 'edit-unfold', ['alt+e'], 'unfold a paste'),

  bind('Program', 'panes', ['f2'], 'show or hide the panes', { command: 'panes' }),
  bind('Program', 'focus', ['tab'], 'focus the next pane', { command: 'focus' }),
  bind('Program', 'focus-back', ['shift+tab'], 'focus the previous pane'),
  bind('Program', 'explain', [], "explain the pane's figures; in a focused pane: ?", {
    command: 'explain',
  }),
  bind('Program', 'mouse', ['f3'], 'switch the mouse between chat and terminal', { command: 'mouse' }),
  bind('Program', 'palette', ['ctrl+p'], 'list all actions', { command: 'actions' }),
  bind('Program', 'help', ['?'], 'this help (empty draft)', { when: 'no-draft', command: 'help' }),
  bind('Program', 'redraw', ['ctrl+l'], 'draw the screen again', { command: 'redraw' }),
  bind('Program', 'suspend', ['ctrl+z'], 'suspend; fg resumes', { command: 'suspend' }),
  bind('Program', 'clear-or-quit', ['ctrl+c'], 'clear the draft; twice quits'),
  bind('Program', 'quit', [], 'quit', { command: 'quit' }),
];

function bind(
  section: Section,
  action: ActionName,
  keys: readonly string[],
  help: string,
  more: Pick<Binding, 'when' | 'command' | 'argument'> = {},
): Binding {
  return { section, action, keys, help, ...more };
}

export interface Command {
  name: string;
  argument: string | undefined;
  /** Undefined when the command doesn't exist. */
  action: ActionName | undefined;
}

/** Reads a draft as a command: a slash, a word and an optional argument. `/usr/bin` and `//` are messages. */
export function commandIn(draft: string): Command | undefined {
  const match = /^\/([a-z]+)(?: +(\S.*?))? *$/.exec(draft);
  if (match === null) return undefined;
  const [, name = '', argument] = match;
  return { name, argument, action: KEYMAP.find(({ command }) => command === name)?.action };
}

/** Returns the names of all commands with their slashes. */
export function commandNames(): string[] {
  return KEYMAP.flatMap(({ command }) => (command === undefined ? [] : [`/${command}`]));
}

/** Returns the commands that begin with the draft, such as `/he`. */
export function completions(draft: string): readonly Binding[] {
  if (!/^\/[a-z]*$/.test(draft)) return [];
  return KEYMAP.filter(({ command }) => command?.startsWith(draft.slice(1)));
}
