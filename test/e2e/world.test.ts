import { expect, test } from 'vitest';
import { makePlace, runProgram } from '../support/program.js';
import { startUpstream } from '../support/upstream.js';
import { lengthOf, playing, type Range, speedBounds, type WorldCase, worldCases } from '../support/world.js';

interface Done {
  readonly outcome: string;
  readonly text: string;
  readonly error: unknown;
  readonly metrics: Readonly<Record<string, number | null>>;
}

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
async function ask(habit: WorldCase): Promise<void> {
  const upstream = await startUpstream(playing(habit));
  const place = await makePlace();
  try {
    place.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api_key: sk-test\nsimulator:\n  enabled: false\n`,
    );
    const began = performance.now();
    const { stdout } = await runProgram(place, ['ask', '--json', ...(habit.args ?? []), 'hi']);
    const wall = performance.now() - began;
    const line = stdout.trimEnd().split('\n').at(-1) ?? '';
    const done = JSON.parse(line) as Done;
    const { outcome, text, error, has, rate, ttft_ms, e2e_ms, wall_ms } = habit.expect;
    expect(done.outcome, line).toBe(outcome);
    if (text !== undefined) expect(done.text).toBe(text);
    if (error !== undefined) expect(JSON.stringify(done.error)).toContain(error);
    for (const piece of has ?? []) expect(line).toContain(piece);
    const { tokens_per_s: speed = null, ttft_ms: ttft = null, e2e_ms: e2e = null } = done.metrics;
    const planned = lengthOf(habit.steps);
    // By how much the answer took longer than on an idle machine.
    const late = Math.max(0, (e2e ?? 0) - planned);
    if (rate !== undefined) {
      const [low, high] = rate ?? [];
      const plannedAfterFirst = planned - (ttft_ms?.[0] ?? 0);
      const bounds = low && high ? speedBounds([low, high], plannedAfterFirst, late) : rate;
      expectWithin(speed, bounds, 'rate');
    }
    if (ttft_ms !== undefined) expectWithin(ttft, later(ttft_ms, late), 'ttft_ms');
    if (e2e_ms !== undefined) expectWithin(e2e, later(e2e_ms, wall), 'e2e_ms');
    if (wall_ms !== undefined) expectWithin(wall, wall_ms, 'wall_ms');
  } finally {
    await upstream.close();
    place.remove();
  }
}

const quick = worldCases().filter(({ slow }) => slow !== true);
const slow = worldCases().filter(({ slow }) => slow === true);

test.each(quick)('$name', ask);

test.concurrent.each(slow)('$name', ask);
