/** The names of keys in messages; they follow the user's key bindings. */
export interface KeyHints {
  readonly send: string;
  readonly newline: string;
  readonly stop: string;
  readonly again: string;
  readonly reconnect: string;
  readonly mode: string;
  readonly model: string;
  readonly help: string;
  readonly inspect: string;
  readonly compare: string;
  readonly copy: string;
  readonly source: string;
  readonly goOn: string;
  readonly focus: string;
  readonly quit: string;
  /** Closes an overlay, such as a list or the help. */
  readonly close: string;
  readonly choose: string;
  readonly pageDown: string;
  readonly toEnd: string;
}

export const DEFAULT_HINTS: KeyHints = {
  send: 'enter',
  newline: 'ctrl+j',
  stop: 'esc',
  again: 'ctrl+g',
  reconnect: 'ctrl+r',
  mode: 'ctrl+t',
  model: 'ctrl+o',
  help: '?',
  inspect: 'ctrl+d',
  compare: 'ctrl+b',
  copy: 'ctrl+y',
  source: 'alt+s',
  goOn: 'alt+l',
  focus: 'tab',
  quit: 'ctrl+c',
  close: 'esc',
  choose: 'enter',
  pageDown: 'pagedown',
  toEnd: 'end',
};
