import { visible } from '../../../config/problem.js';
import { stderr } from './sink.js';

/** Prints a message for the user on stderr, without the control sequences of a provider's or a file's text. */
export function printMessage(message: string): void {
  stderr.print(`vastar-tui: ${message.split('\n').map(visible).join('\n')}\n`);
}
