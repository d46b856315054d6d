import { Console } from 'node:console';
import type { Notice } from '../../src/state/ports.js';
import { runTui, type TuiOptions } from '../../src/ui/run.js';
import {
  createMemoryChat,
  createMemoryConnection,
  createMemoryModes,
  type MemoryChat,
  type MemoryConnection,
} from './chat-ports.js';
import { createFakeClock, type FakeClock } from './clock.js';
import { until } from './program.js';
import { createScreen, type Screen } from './screen.js';

// Vitest's console lacks it; Ink needs it to keep what is printed off the screen.
console.Console ??= Console;

/** The whole interface in a terminal in memory, with the world around it in the test's hands. */
export interface RunningTui {
  screen: Screen;
  chat: MemoryChat;
  connection: MemoryConnection;
  clock: FakeClock;
  /** Settles when the interface has ended. */
  ended: Promise<void>;
  /** Ends it from outside, as a signal does. */
  abort(): void;
}

export interface RunOptions extends Partial<Omit<TuiOptions, 'notices'>> {
  columns?: number;
  rows?: number;
  notices?: readonly Notice[];
}

/** Resolves when the first frame is on the screen and keys are read. Starts the interface without colours unless told. */
export async function startTui({
  columns = 120,
  rows = 40,
  ...options
}: RunOptions = {}): Promise<RunningTui> {
  const screen = createScreen(columns, rows);
  const chat = createMemoryChat();
  const connection = createMemoryConnection();
  const clock = createFakeClock();
  const controller = new AbortController();
  const ended = runTui({
    connection,
    chat,
    modes: createMemoryModes(),
    version: '0.1.0',
    noColor: true,
    stdin: screen.stdin,
    stdout: screen.stdout,
    signal: controller.signal,
    clock,
    ...options,
  });
  // Looked at by the test when it wants to.
  ended.catch(() => {});
  await screen.until((text) => text.trim() !== '');
  // It reads the keyboard from a later turn on.
  await until(() => screen.rawMode);
  return { screen, chat, connection, clock, ended, abort: () => controller.abort() };
}
