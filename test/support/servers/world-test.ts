import { expect, test } from 'vitest';
import type { TestClock } from '../clocks/fast-clock.js';
import { daemonForAll } from '../programs/daemon-for-all.js';
import { makeSandbox, runProgram } from '../programs/program.js';
import { startUpstream } from './upstream.js';
import { lengthOf, playing, type Range, speedBounds, type WorldCase } from './world.js';

interface Done {
  readonly outcome: string;
  readonly text: string;
  readonly error: unknown;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A line of a piece of output. */
interface Piece {
  readonly type: string;
  readonly t_ms: number;
}
const OUTPUT = new Set(['delta', 'reasoning', 'refusal', 'tool_call']);

const expectWithin = (value: number | null | undefined, range: Range, what: string): void => {
  if (range === null) {
    expect(value, what).toBeNull();
    return;
  }
  const [low, high] = range;
  if (value === null && (low === null || high === null)) return;
  expect(value, what).toBeTypeOf('number');
  expect(value, what).toBeGreaterThanOrEqual(low ?? 0);
  expect(value, what).toBeLessThanOrEqual(high ?? Number.POSITIVE_INFINITY);
};

/** The same range with a later end. */
const later = (range: Range, ms: number): Range =>
  range === null ? null : [range[0], range[1] === null ? null : range[1] + ms];

/** Plays one case to the program through the real daemon, and compares the last line of `ask --json`. */
async function ask(socketPath: string, habit: WorldCase, clock: TestClock): Promise<void> {
  const upstream = await startUpstream(playing(habit, clock.speed));
  const sandbox = await makeSandbox({ ...clock.env, VASTAR_SOCKET_PATH: socketPath }, 'http://127.0.0.1:9');
  try {
    sandbox.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api_key: sk-test\nsimulator:\n  enabled: false\n`,
    );
    const began = performance.now();
    const { stdout } = await runProgram(sandbox, ['ask', '--json', ...(habit.args ?? []), 'hi']);
    const wall = (performance.now() - began) * clock.speed;
    const lines = stdout.trimEnd().split('\n');
    const line = lines.at(-1) ?? '';
    const done = JSON.parse(line) as Done;
    const { outcome, text, error, has, rate, ttft_ms, e2e_ms, wall_ms } = habit.expect;
    expect(done.outcome, line).toBe(outcome);
    if (text !== undefined) expect(done.text).toBe(text);
    if (error !== undefined) expect(JSON.stringify(done.error)).toContain(error);
    for (const piece of has ?? []) expect(line).toContain(piece);
    const { tokens_per_s: speed = null, ttft_ms: ttft = null, e2e_ms: e2e = null } = done.metrics;
    const planned = lengthOf(habit.steps);
    if (rate !== undefined) {
      const times = lines
        .map((one) => JSON.parse(one) as Piece)
        .filter(({ type }) => OUTPUT.has(type))
        .map(({ t_ms }) => t_ms);
      const plannedAfterFirst = planned - (ttft_ms?.[0] ?? 0);
      const late = (times.at(-1) ?? 0) - (times[0] ?? 0) - plannedAfterFirst;
      const [low, high] = rate ?? [];
      const bounds = low && high ? speedBounds([low, high], plannedAfterFirst, late) : rate;
      // Output that a busy machine delivers at once has no speed.
      if (speed !== null || Math.abs(late) < plannedAfterFirst / 4) expectWithin(speed, bounds, 'rate');
    }
    // How much longer the whole program can have taken than on an idle machine.
    if (ttft_ms !== undefined) expectWithin(ttft, later(ttft_ms, Math.max(0, wall - planned)), 'ttft_ms');
    if (e2e_ms !== undefined) expectWithin(e2e, later(e2e_ms, wall), 'e2e_ms');
    if (wall_ms !== undefined) expectWithin(wall, wall_ms, 'wall_ms');
  } finally {
    await upstream.close();
    sandbox.remove();
  }
}

/**
 * Defines a test of each case. The tests run at the same time, and share one daemon.
 * @param clock the clock of the programs [the system's]
 */
export function testWorldCases(cases: readonly WorldCase[], clock: TestClock = { speed: 1, env: {} }): void {
  const home = daemonForAll([], clock.env);
  test.concurrent.each(cases)('$name', (habit) => ask(home.sandbox.socketPath, habit, clock));
}
