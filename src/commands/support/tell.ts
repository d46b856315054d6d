import { visible } from '../../config/index.js';
import { stderr } from './sink.js';

/** Says something to the person on stderr; what a provider or a file brought into it can't steer the terminal. */
export function tell(message: string): void {
  stderr.print(`vastar-tui: ${message.split('\n').map(visible).join('\n')}\n`);
}
