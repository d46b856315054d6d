import { visible } from '../../config/index.js';

/** Says something to the person on stderr; what a provider or a file brought into it can't steer the terminal. */
export function tell(message: string): void {
  process.stderr.write(`vastar-tui: ${message.split('\n').map(visible).join('\n')}\n`);
}
