import { Console } from 'node:console';
import { onTestFinished } from 'vitest';
import type { Notice } from '../../../src/state/ports.js';
import { runTui } from '../../../src/ui/run.js';
import type { TuiOptions } from '../../../src/ui/tui-options.js';
import {
  createMemoryChat,
  createMemoryConnection,
  createMemoryModes,
  type MemoryChat,
  type MemoryConnection,
} from '../chat/chat-ports.js';
import { createFakeClock, type FakeClock } from '../clocks/clock.js';
import { until } from '../programs/program.js';
import { createScreen, type Screen } from './screen.js';

// Vitest's console lacks it; Ink needs it to keep printed text off the screen.
console.Console ??= Console;

/** The whole interface in a terminal in memory. The test controls its ports. */
export interface RunningTui {
  screen: Screen;
  chat: MemoryChat;
  connection: MemoryConnection;
  clock: FakeClock;
  /** Settles when the interface has ended. */
  ended: Promise<void>;
  /** Ends the interface from outside, like a signal. */
  abort(): void;
}

export interface RunOptions extends Partial<Omit<TuiOptions, 'notices'>> {
  columns?: number;
  rows?: number;
  /** How the terminal reads bytes [utf8]. */
  encoding?: 'utf8' | 'latin1';
  /** The terminal has an alternate screen [true]. */
  alternate?: boolean;
  notices?: readonly Notice[];
  /** The test expects that the interface ends with an error [false]. */
  fails?: boolean;
}

/**
 * Resolves when the first frame is on the screen and keys are read. By default the interface has no colours. It ends with
 * the test, which fails if the interface ended with an error, unless the test expects that.
 */
export async function startTui({
  columns = 120,
  rows = 40,
  encoding = 'utf8',
  alternate = true,
  fails = false,
  ...options
}: RunOptions = {}): Promise<RunningTui> {
  const screen = createScreen(columns, rows, { encoding, alternate });
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
  // The test reads it later.
  ended.catch(() => {});
  onTestFinished(async () => {
    controller.abort();
    await (fails ? ended.catch(() => {}) : ended);
  });
  await screen.until((text) => text.trim() !== '');
  // The interface begins to read the keyboard in a later turn.
  await until(() => screen.rawMode);
  return { screen, chat, connection, clock, ended, abort: () => controller.abort() };
}
