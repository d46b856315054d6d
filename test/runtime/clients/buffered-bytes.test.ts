import { expect, test } from 'vitest';
import { createBufferedBytes } from '../../../src/runtime/clients/buffered-bytes.js';

function setUp(most: number) {
  let congested = false;
  const buffered = createBufferedBytes(() => congested, most);
  const paused: string[] = [];
  return {
    paused,
    hold: (name: string) =>
      buffered.register({
        pause: () => void paused.push(name),
        resume: () => void paused.splice(paused.indexOf(name), 1),
        abort: () => {},
      }),
    congest(now: boolean): void {
      congested = now;
      buffered.updateFlow();
    },
  };
}

test('above the limit only the oldest answer is read, until enough have ended that the others fit again', () => {
  const { hold, paused } = setUp(100);
  const [a, b, c] = [hold('a'), hold('b'), hold('c')];
  a.add(40);
  b.add(40);
  c.add(20);
  expect(paused).toEqual([]);
  c.add(1);
  expect(paused).toEqual(['b', 'c']);
  const d = hold('d');
  expect(paused).toEqual(['b', 'c', 'd']);
  a.add(100);
  a.release();
  expect(paused).toEqual([]);
  b.add(60);
  expect(paused).toEqual(['c', 'd']);
  // A paused answer still delivers bytes that were read before.
  c.add(10);
  b.release();
  expect(paused).toEqual([]);
  d.release();
  c.release();
});

test('releasing an answer twice counts once', () => {
  const { hold, paused } = setUp(100);
  const [a, b] = [hold('a'), hold('b')];
  a.add(60);
  a.release();
  a.release();
  b.add(60);
  const c = hold('c');
  c.add(50);
  expect(paused).toEqual(['c']);
});

test('while the client does not read, no answer is read, not even the oldest', () => {
  const { hold, paused, congest } = setUp(100);
  hold('a');
  congest(true);
  hold('b');
  expect(paused).toEqual(['a', 'b']);
  congest(false);
  expect(paused).toEqual([]);
});
