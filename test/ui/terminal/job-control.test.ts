import { expect, test } from 'vitest';
import { createJobControl } from '../../../src/ui/terminal/job-control.js';

/** A job control that logs what it does to the terminal, and whether a stop signal would stop the process. */
function start() {
  const log: string[] = [];
  const control = createJobControl({
    stopJob: () => void log.push(process.listenerCount('SIGTSTP') === 0 ? 'stop' : 'stop is caught'),
    onLeave: (input) => void log.push(input === undefined ? 'leave' : `leave, ${input}`),
    onReturn: () => log.push('return'),
  });
  control.onTerminal(async () => ({
    async resume() {
      log.push('resume');
    },
  }));
  return { control, log };
}

test('after another program had the terminal it is taken back', async () => {
  const { control, log } = start();
  await control.leave(async () => void log.push('editor'));
  expect(log).toEqual(['leave', 'editor', 'resume', 'return']);
  control.dispose();
});

test('a terminal that was left when the interface ended is not taken back', async () => {
  const { control, log } = start();
  await control.leave(async () => control.dispose());
  expect(log).toEqual(['leave']);
});

test('the other program starts after the terminal’s replies have come, and not at all when the interface ended meanwhile', async () => {
  let reply = (): void => {};
  const log: string[] = [];
  const control = createJobControl({
    stopJob: () => {},
    onLeave: () => new Promise((resolve) => (reply = resolve)),
    onReturn: () => log.push('return'),
  });
  control.onTerminal(async () => ({ resume: async () => {} }));
  const first = control.leave(async () => void log.push('editor'));
  await new Promise(setImmediate);
  expect(log).toEqual([]);
  reply();
  await first;
  expect(log).toEqual(['editor', 'return']);
  const second = control.leave(async () => void log.push('editor'));
  control.dispose();
  reply();
  await second;
  expect(log).toEqual(['editor', 'return']);
});

test('a stop signal from outside leaves the terminal first, each time', async () => {
  const { control, log } = start();
  for (const time of [1, 2]) {
    process.emit('SIGTSTP');
    await expect.poll(() => log).toHaveLength(4 * time);
    await expect.poll(() => process.listenerCount('SIGTSTP')).toBe(1);
  }
  expect(log.slice(4)).toEqual(['leave', 'stop', 'resume', 'return']);
  control.dispose();
  expect(process.listenerCount('SIGTSTP')).toBe(0);
});

test('a stop signal while another program has the terminal stops the process, and leaves nothing', async () => {
  const { control, log } = start();
  await control.leave(async () => {
    process.emit('SIGTSTP');
    await expect.poll(() => log).toContain('stop');
  });
  expect(log).toEqual(['leave', 'stop', 'resume', 'return']);
  control.dispose();
});

test('drawing again keeps the input, but not after a stop, because the shell has reset the terminal', async () => {
  const { control, log } = start();
  control.redraw();
  await expect.poll(() => log).toEqual(['leave, keep input', 'resume', 'return']);
  process.emit('SIGCONT');
  await expect.poll(() => log.slice(3)).toEqual(['leave', 'resume', 'return']);
  control.dispose();
});
