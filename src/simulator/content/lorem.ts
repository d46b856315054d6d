/** Filler text. */
export const LOREM = `Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.

Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.`;

/** Sample text for reasoning. */
export const REASONING = `The question has to be understood first. What is asked for, and what is taken for granted? One reading is the literal one; another is what somebody who asks this usually needs. Both lead to nearly the same answer, so it should cover the literal reading and mention the other.

Next, what is certain and what is not. The main statement is certain. An example makes it easier to follow, and a limit of it should be named. Length: a few paragraphs, the answer first.`;
