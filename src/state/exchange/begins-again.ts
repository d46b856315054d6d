import type { ChatEvent } from '../../sdk/index.js';

/** Whether a split means that a gateway begins the answer again, and not that its text so far was reasoning. */
export function beginsAgain({ reasoning, text }: Extract<ChatEvent, { type: 'split' }>): boolean {
  return reasoning === '' && text === '';
}
