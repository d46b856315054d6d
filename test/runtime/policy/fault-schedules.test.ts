import { afterAll, beforeAll, expect, test } from 'vitest';
import { egressFrom, withPolicies } from '../../../src/runtime/policy/policies.js';
import { DEFAULT_LIMITS, type Limits } from '../../../src/runtime/policy/tenant-limits.js';
import { createManualClock } from '../../support/clocks/manual-clock.js';
import { seededRandom } from '../../support/run/random.js';
import { faultyTransport, type Observed, runRequest } from '../../support/servers/fault-schedule.js';

const SCHEDULES = 10_000;
const MAX_ATTEMPTS = 3;
/** Low enough that requests wait for slots, and high enough that they get them. */
const NARROW: Limits = {
  concurrent: 3,
  default: { ...DEFAULT_LIMITS.default, concurrent: 2, queued: 4 },
  tenants: {},
};

// The schedules make hundreds of thousands of errors, whose stack traces would take a third of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Runs some requests at once over a network that fails at random. The seed determines everything. */
async function runSchedule(seed: number): Promise<Observed[]> {
  const random = seededRandom(seed);
  const clock = createManualClock();
  const seen = new WeakMap<object, Observed>();
  const options = {
    clock,
    random,
    maxAttempts: MAX_ATTEMPTS,
    limits: random() < 0.5 ? NARROW : DEFAULT_LIMITS,
  };
  const { send } = withPolicies(faultyTransport(clock, random, seen), egressFrom({}), options);
  let open = 1 + Math.floor(random() * 6);
  const running = Array.from({ length: open }, async () => {
    const observed = await runRequest(send, clock, random, seen);
    open -= 1;
    return observed;
  });
  while (open > 0 && clock.now() < 600_000) await clock.advance(60_000);
  if (open > 0) throw new Error(`${open} requests did not end`);
  if (clock.waiting > 0) throw new Error(`${clock.waiting} timers are left`);
  return Promise.all(running);
}

/** Returns the errors in a request's history; an empty list if there are none. */
function wrongsOf(observed: Observed): string[] {
  const wrongs = [...observed.violations];
  const { attempts, pieces, outcome, deadlineMs } = observed;
  if (observed.ends !== 1) wrongs.push(`ended ${observed.ends} times`);
  if (attempts.length > MAX_ATTEMPTS) wrongs.push(`${attempts.length} attempts`);
  if (deadlineMs !== undefined && attempts.some((atMs) => atMs >= deadlineMs)) {
    wrongs.push('an attempt after the deadline');
  }
  // Pieces are `attempt:index/count`. They must be complete, in order, without duplicates, and of the last attempt.
  const expected = pieces.map((_, index) => `${attempts.length}:${index}/`);
  if (!pieces.every((piece, index) => piece.startsWith(expected[index] ?? '?')))
    wrongs.push(`pieces ${pieces}`);
  const count = Number(pieces[0]?.split('/')[1] ?? 0);
  if (outcome === 'complete' && pieces.length !== count) wrongs.push(`an answer cut to ${pieces}`);
  if (outcome === 'complete' && observed.statusCode === undefined) wrongs.push('an answer without a head');
  return wrongs;
}

test(`in ${SCHEDULES} schedules of faults, each request ends once, and no token is duplicated or lost`, async () => {
  const outcomes = new Map<string, number>();
  let retried = 0;
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const requests = await runSchedule(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`);
    });
    const wrongs = requests.flatMap(wrongsOf);
    const attempts = requests.reduce((sum, { attempts }) => sum + attempts.length, 0);
    // There are two tenants and two origins. Each pair of a tenant and an origin has its own retry budget.
    if (attempts > 1.2 * requests.length + 4 * 3)
      wrongs.push(`${attempts} attempts for ${requests.length} requests`);
    expect(wrongs, `seed ${seed}`).toEqual([]);
    for (const { outcome } of requests) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    retried += requests.filter(({ attempts }) => attempts.length > 1).length;
  }
  // Check that the schedules reach all these cases.
  expect(retried).toBeGreaterThan(SCHEDULES / 4);
  for (const outcome of ['complete', 'failed', 'cancelled']) {
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(SCHEDULES / 10);
  }
}, 600_000);

test('a schedule is the same each time it is run', async () => {
  const summary = async (seed: number) =>
    (await runSchedule(seed)).map(({ outcome, attempts, pieces }) => ({ outcome, attempts, pieces }));
  expect(await summary(7)).toEqual(await summary(7));
});
