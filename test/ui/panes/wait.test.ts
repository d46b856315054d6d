import { beforeEach, describe, expect, test } from 'vitest';
import { createTimeline, type Timeline } from '../../../src/metrics/timeline.js';
import type { RequestView } from '../../../src/state/exchange/request-view.js';
import { waitOf, waitWords } from '../../../src/ui/panes/wait.js';

const LIMITS = { timeoutMs: 60_000, idleMs: 300_000 };

const words = (request: RequestView, limits?: typeof LIMITS): string | undefined => {
  const wait = waitOf(request);
  return wait && waitWords(wait, limits);
};

describe('the current step of a running request', () => {
  let timeline: Timeline;
  const at = (ms: number): RequestView => ({ kind: 'running', metrics: timeline.snapshot(ms) });
  const headers = (): void => timeline.headers({ atMs: 13_000, timings: { attempts: 1 }, buffered: false });
  const comments = (): void => {
    headers();
    timeline.received(20, 54_000);
  };
  const output = (): void => {
    comments();
    timeline.received(80, 56_000);
    timeline.content({ kind: 'text', text: 'on', arrivedMs: 56_000, decodedMs: 56_000 });
  };
  beforeEach(() => {
    timeline = createTimeline(0);
  });

  test('a short wait shows no text', () => {
    expect(words(at(1800), LIMITS)).toBeUndefined();
  });

  test('before the response it waits for headers, with their limit', () => {
    expect(words(at(12_000), LIMITS)).toBe('no response headers for 12.0 s, limit 60 s');
  });

  test('without a limit, the text contains no limit', () => {
    expect(words(at(12_000), { timeoutMs: 0, idleMs: 0 })).toBe('no response headers for 12.0 s');
    expect(words(at(12_000))).toBe('no response headers for 12.0 s');
  });

  test('a silent response shows a text with the idle limit', () => {
    headers();
    expect(words(at(14_000), LIMITS)).toBeUndefined();
    expect(words(at(20_000), LIMITS)).toBe('nothing received for 7.0 s, limit 300 s');
  });

  test('bytes without output keep the connection alive', () => {
    comments();
    expect(words(at(55_000), LIMITS)).toBe('no content for 42.0 s: the provider keeps the connection alive');
  });

  test('a caller can only request longer waits', () => {
    comments();
    expect(waitOf(at(55_000), 60_000)).toBeUndefined();
    expect(waitOf(at(55_000), 10_000)).toEqual({ kind: 'content', ms: 42_000 });
  });

  test('output ends the wait, and the next wait counts from it', () => {
    output();
    expect(words(at(57_000), LIMITS)).toBeUndefined();
    expect(words(at(61_000), LIMITS)).toBe('nothing received for 5.0 s, limit 300 s');
  });

  test('no wait is shown for a finished request', () => {
    output();
    timeline.end(62_000);
    expect(words({ ...at(99_000), kind: 'done' } as RequestView, LIMITS)).toBeUndefined();
  });
});
