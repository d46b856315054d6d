import type { Actions } from '../../state/actions.js';
import type { AppState } from '../../state/app-state.js';
import type { Layout } from '../layout.js';
import type { View, Viewport } from '../transcript/viewport.js';
import type { Keymap } from './bindings.js';

/** What keys and the mouse act on. */
export interface InputOptions {
  state: () => AppState;
  actions: Actions;
  keymap: Keymap;
  viewport: Viewport;
  /** The conversation as the screen shows it now. */
  view: () => View;
  /** The width of a draft row in cells. */
  draftWidth: () => number;
  /** Whether there is room for the panes beside the conversation. */
  panesBeside: () => boolean;
  /** The layout, for the mouse [the mouse does nothing]. */
  layout?: () => Layout;
}
