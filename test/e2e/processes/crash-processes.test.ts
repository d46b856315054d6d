import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { crashProcess, VICTIMS } from '../../support/programs/process-crash.js';

const harness = harnessForEach();

// `npm run crash:processes` kills hundreds of processes.
test.skipIf(process.platform !== 'linux').concurrent.each(VICTIMS)(
  'a %s that is killed during an answer leaves no process behind and loses no question',
  async (victim) => {
    const crash = { victim, afterMs: 600, shown: true, question: 'write a long answer' };
    expect(await crashProcess(harness.sandbox, crash)).toEqual({ problems: [], acknowledged: true });
  },
);
