import { describe, expect, test } from 'vitest';
import { type Circuit, createCircuit, type PassResult } from '../../../src/runtime/policy/circuit.js';
import { createManualClock, type ManualClock } from '../../support/clocks/manual-clock.js';

const FAILURE: PassResult = { kind: 'failure', reason: 'status 503' };
const SUCCESS: PassResult = { kind: 'success' };

function setUp(): { clock: ManualClock; circuit: Circuit } {
  const clock = createManualClock();
  return { clock, circuit: createCircuit(clock) };
}

/** Lets one request pass with this result. Fails the test when the circuit refuses it. */
function pass(circuit: Circuit, result: PassResult): void {
  const entry = circuit.enter();
  if (entry.kind === 'refused') throw new Error('refused');
  entry.settle(result);
}

function passMany(circuit: Circuit, ...results: readonly PassResult[]): void {
  for (const result of results) pass(circuit, result);
}

function opened(): { clock: ManualClock; circuit: Circuit } {
  const made = setUp();
  passMany(made.circuit, ...Array<PassResult>(5).fill(FAILURE));
  return made;
}

describe('a closed circuit', () => {
  test('opens at the fifth failure in a row, and says why and for how long', () => {
    const { circuit } = setUp();
    passMany(circuit, FAILURE, FAILURE, FAILURE, FAILURE);
    expect(circuit.status.state).toBe('closed');
    pass(circuit, FAILURE);
    expect(circuit.status).toEqual({ state: 'open', retryInMs: 5000 });
    expect(circuit.enter()).toEqual({
      kind: 'refused',
      retryInMs: 5000,
      reason: '5 failures in a row, the last one: status 503',
    });
  });

  test('a success resets the count of failures in a row', () => {
    const { circuit } = setUp();
    passMany(circuit, FAILURE, FAILURE, FAILURE, FAILURE, SUCCESS, FAILURE, FAILURE, FAILURE);
    expect(circuit.status.state).toBe('closed');
  });

  test('opens when half of ten requests fail, though never five in a row', () => {
    const { circuit } = setUp();
    for (let pair = 0; pair < 4; pair += 1) passMany(circuit, SUCCESS, FAILURE);
    pass(circuit, SUCCESS);
    expect(circuit.status.state).toBe('closed');
    pass(circuit, FAILURE);
    expect(circuit.status.state).toBe('open');
    expect(circuit.enter()).toMatchObject({ reason: '5 of 10 requests failed, the last one: status 503' });
  });

  test('ignores results older than 30 s', async () => {
    const { clock, circuit } = setUp();
    for (let pair = 0; pair < 4; pair += 1) passMany(circuit, SUCCESS, FAILURE);
    await clock.advance(34_000);
    for (let pair = 0; pair < 4; pair += 1) passMany(circuit, SUCCESS, FAILURE);
    expect(circuit.status.state).toBe('closed');
  });

  test('ignores results that show nothing about the provider', () => {
    const { circuit } = setUp();
    passMany(circuit, ...Array<PassResult>(50).fill({ kind: 'ignored' }));
    expect(circuit.status.state).toBe('closed');
    passMany(circuit, FAILURE, FAILURE, { kind: 'ignored' }, FAILURE, FAILURE);
    expect(circuit.status.state).toBe('closed');
    pass(circuit, FAILURE);
    expect(circuit.status.state).toBe('open');
  });
});

describe('an open circuit', () => {
  test('refuses until its time is up, then lets exactly one of many requests through as a probe', async () => {
    const { clock, circuit } = opened();
    await clock.advance(4999);
    expect(circuit.enter()).toMatchObject({ kind: 'refused', retryInMs: 1 });
    await clock.advance(1);
    const entries = Array.from({ length: 100 }, () => circuit.enter());
    expect(entries.filter(({ kind }) => kind === 'pass')).toHaveLength(1);
    expect(entries[0]).toMatchObject({ kind: 'pass', probe: true });
    expect(circuit.status.state).toBe('half-open');
  });

  test('while the probe runs, the wait is a second, not the longest time for a probe', async () => {
    const { clock, circuit } = opened();
    await clock.advance(5000);
    circuit.enter();
    expect(circuit.enter()).toMatchObject({
      kind: 'refused',
      retryInMs: 1000,
      reason: expect.stringContaining('; a trial request is running'),
    });
    await clock.advance(29_500);
    expect(circuit.enter()).toMatchObject({ kind: 'refused', retryInMs: 500 });
  });

  test('closes when the probe succeeds, with a clean record', async () => {
    const { clock, circuit } = opened();
    await clock.advance(5000);
    pass(circuit, SUCCESS);
    expect(circuit.status).toEqual({ state: 'closed', retryInMs: 0 });
    passMany(circuit, FAILURE, FAILURE, FAILURE, FAILURE);
    expect(circuit.status.state).toBe('closed');
  });

  test('stays open twice as long each time the probe fails, up to a minute', async () => {
    const { clock, circuit } = opened();
    const waits: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      await clock.advance(circuit.status.retryInMs);
      pass(circuit, FAILURE);
      waits.push(circuit.status.retryInMs);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  test('after a cancelled probe, the next request is the probe', async () => {
    const { clock, circuit } = opened();
    await clock.advance(5000);
    pass(circuit, { kind: 'ignored' });
    expect(circuit.enter()).toMatchObject({ kind: 'pass', probe: true });
  });

  test('a probe without a result does not block other requests for good', async () => {
    const { clock, circuit } = opened();
    await clock.advance(5000);
    const lost = circuit.enter();
    await clock.advance(30_000);
    const second = circuit.enter();
    expect(second).toMatchObject({ kind: 'pass', probe: true });
    // The first probe's result comes too late to count.
    if (lost.kind === 'pass') lost.settle(SUCCESS);
    expect(circuit.status.state).toBe('half-open');
  });

  test('requests sent before it opened neither close it nor keep it open longer', () => {
    const { circuit } = setUp();
    const early = [circuit.enter(), circuit.enter()];
    passMany(circuit, ...Array<PassResult>(5).fill(FAILURE));
    const [first, second] = early;
    if (first?.kind === 'pass') first.settle(SUCCESS);
    if (second?.kind === 'pass') second.settle(FAILURE);
    expect(circuit.status).toEqual({ state: 'open', retryInMs: 5000 });
  });
});
