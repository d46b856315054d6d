import type { SuspendTerminal } from '../components/context.js';
import type { Writes } from '../terminal/writes.js';
import type { Painter } from './painter.js';

/** Pauses the painter while another program has the terminal, and writes to it as other programs expect. */
export function pausing(painter: Painter, writes: Writes, suspend: SuspendTerminal): SuspendTerminal {
  const begin = (): void => {
    writes.begin();
    painter.begin();
  };
  return async () => {
    painter.pause();
    try {
      const { resume } = await suspend();
      await writes.end();
      return { resume: () => resume().finally(begin) };
    } catch (error) {
      begin();
      throw error;
    }
  };
}
