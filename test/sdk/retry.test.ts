import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ConnectorException,
  ErrorClass,
  RetryHelper,
  type RetryOptions,
  sleep,
} from '../../src/sdk/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const failure = (errorClass: ErrorClass, retryAfterMs?: number): ConnectorException =>
  new ConnectorException('no', errorClass, 0, retryAfterMs === undefined ? {} : { retryAfterMs });

/** Runs to the end on fake time. Returns the waits and the result. */
const run = async (
  failures: readonly unknown[],
  options: RetryOptions = {},
): Promise<{ waits: number[]; calls: number; outcome: unknown }> => {
  const waits: number[] = [];
  let calls = 0;
  const settled = RetryHelper.withRetry(
    async () => {
      const error = failures[calls];
      calls += 1;
      if (error !== undefined) throw error;
      return 'done';
    },
    { random: () => 0.5, onRetry: ({ waitMs }) => waits.push(waitMs), ...options },
  ).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return { waits, calls, outcome: await settled };
};

describe('RetryHelper.withRetry', () => {
  test('returns the first success without a wait', async () => {
    expect(await run([])).toEqual({ waits: [], calls: 1, outcome: 'done' });
  });

  test.each([ErrorClass.Transient, ErrorClass.RateLimited, ErrorClass.Timeout])(
    'retries class %i',
    async (errorClass) => {
      expect(await run([failure(errorClass)])).toMatchObject({ calls: 2, outcome: 'done' });
    },
  );

  test.each([ErrorClass.Permanent, ErrorClass.InvalidRequest])(
    'throws class %i at once',
    async (errorClass) => {
      const error = failure(errorClass);
      expect(await run([error])).toEqual({ waits: [], calls: 1, outcome: error });
    },
  );

  test('throws other errors at once', async () => {
    const error = new Error('Transient Timeout');
    expect(await run([error])).toMatchObject({ calls: 1, outcome: error });
  });

  test('uses the given class names', async () => {
    const options = { retryableErrors: ['Permanent'] };
    expect(await run([failure(ErrorClass.Permanent)], options)).toMatchObject({ outcome: 'done' });
    const error = failure(ErrorClass.Transient);
    expect(await run([error], options)).toMatchObject({ calls: 1, outcome: error });
  });

  test('gives up after maxRetries with the last error', async () => {
    const errors = [1, 2, 3, 4, 5].map(() => failure(ErrorClass.Transient));
    expect(await run(errors)).toMatchObject({ calls: 4, outcome: errors[3] });
    expect(await run(errors, { maxRetries: 0 })).toMatchObject({ calls: 1, outcome: errors[0] });
  });

  test('waits up to a limit that doubles, and no longer than maxBackoffMs', async () => {
    const errors = [1, 2, 3, 4, 5].map(() => failure(ErrorClass.Transient));
    const options = { maxRetries: 5, initialBackoffMs: 100, maxBackoffMs: 500 };
    expect((await run(errors, options)).waits).toEqual([50, 100, 200, 250, 250]);
    expect((await run(errors, { ...options, random: () => 0 })).waits).toEqual([0, 0, 0, 0, 0]);
  });

  test('waits as long as the server demands', async () => {
    expect((await run([failure(ErrorClass.RateLimited, 42_000)])).waits).toEqual([42_000]);
  });

  test('throws the error if the demanded wait is longer than a minute', async () => {
    const error = failure(ErrorClass.RateLimited, 60_001);
    expect(await run([error])).toMatchObject({ calls: 1, outcome: error });
  });

  test('ends its wait when the signal aborts, and leaves no timer', async () => {
    const aborter = new AbortController();
    let calls = 0;
    const settled = RetryHelper.withRetry(
      async () => {
        calls += 1;
        throw failure(ErrorClass.Transient);
      },
      { signal: aborter.signal, random: () => 1 },
    );
    const expected = expect(settled).rejects.toThrow('enough');
    await vi.advanceTimersByTimeAsync(500);
    aborter.abort(new Error('enough'));
    await expected;
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not begin when the signal is already aborted', async () => {
    const fn = vi.fn(async () => 1);
    await expect(RetryHelper.withRetry(fn, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('sleep', () => {
  test('resolves after its time, and not before', async () => {
    let awake = false;
    const sleeping = sleep(1000).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(awake).toBe(true);
  });

  test('rejects with the reason of its signal, at once', async () => {
    const aborter = new AbortController();
    const sleeping = sleep(1000, aborter.signal);
    aborter.abort(new Error('up'));
    await expect(sleeping).rejects.toThrow('up');
    expect(vi.getTimerCount()).toBe(0);
    await expect(sleep(1000, aborter.signal)).rejects.toThrow('up');
  });
});
