import { expect, test } from 'vitest';
import { createJobControl } from '../../../src/ui/terminal/job-control.js';

/** A job control that logs what it does to the terminal. */
function start() {
  const log: string[] = [];
  const control = createJobControl({
    stopJob: () => {},
    onLeave: () => log.push('leave'),
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
