import { expect, test } from 'vitest';
import { createJobControl } from '../../../src/ui/terminal/job-control.js';

/** A job control that logs what it does to the terminal. */
function start() {
  const log: string[] = [];
  const control = createJobControl({
    stopJob: () => {},
    onLeave: (input) => log.push(input === undefined ? 'leave' : `leave, ${input}`),
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

test('drawing again keeps the input, but not after a stop, because the shell has reset the terminal', async () => {
  const { control, log } = start();
  control.redraw();
  await expect.poll(() => log).toEqual(['leave, keep input', 'resume', 'return']);
  process.emit('SIGCONT');
  await expect.poll(() => log.slice(3)).toEqual(['leave', 'resume', 'return']);
  control.dispose();
});
