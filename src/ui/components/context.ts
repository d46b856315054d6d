import { createContext, use, useEffect } from 'react';
import { useStore } from 'zustand';
import type { Actions } from '../../state/actions.js';
import type { AppState } from '../../state/app-state.js';
import type { AppStore } from '../../state/store.js';
import type { Keymap } from '../keys/bindings.js';
import type { Keyboard } from '../keys/bytes/keyboard.js';
import type { Input } from '../keys/input.js';
import type { Painter } from '../screen/painter.js';
import { cut, type Line } from '../style/line.js';
import type { Viewport } from '../transcript/viewport.js';

/** Shared by all components; it never changes while they are mounted. */
export interface Shared {
  store: AppStore;
  actions: Actions;
  keymap: Keymap;
  viewport: Viewport;
  version: string;
  /** Writes rows to the terminal. */
  painter: Painter;
  keyboard: Keyboard;
  /** Receives the function that leaves the terminal to the shell. */
  onTerminal: (suspend: SuspendTerminal) => void;
}

/** Leaves the terminal to another program; `resume` takes it back. */
export type SuspendTerminal = () => Promise<{ resume: () => Promise<void> }>;

export const SharedContext = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = use(SharedContext);
  if (shared === undefined) throw new Error('a component is outside its SharedContext');
  return shared;
}

/** Returns a part of the state and renders the component again when that part changes. */
export function useAppState<T>(select: (state: AppState) => T): T {
  return useStore(useShared().store, select);
}

/** Polls the load of the endpoint's server while `visible`. */
export function useServerLoad(visible: boolean): void {
  const { actions } = useShared();
  const endpoint = useAppState((state) =>
    state.endpoint.reportsLoad === true ? state.endpoint.name : undefined,
  );
  useEffect(
    () => (visible && endpoint !== undefined ? actions.followServer(endpoint) : undefined),
    [actions, endpoint, visible],
  );
}

/** Passes the terminal's input to `input` while the component is mounted. */
export function useKeyboard(input: Input): void {
  const { keyboard } = useShared();
  useEffect(() => keyboard.open(input.receive), [keyboard, input]);
}

/** Returns exactly `height` lines, each cut to `width`. */
export function fitRows(lines: readonly Line[], width: number, height: number): Line[] {
  return Array.from({ length: height }, (_, index) => cut(lines[index] ?? [], width));
}
