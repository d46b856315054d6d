import { Command } from 'commander';
import { notEmpty } from '../support/flags/flag-text.js';

/** The chat's own flags. */
export interface ChatFlags {
  /** Continue the last conversation. */
  continue?: boolean;
  session?: string;
  /** False with `--no-save`. */
  save?: boolean;
  model?: string;
  /** A JSON file of tools that the model may call. */
  tools?: string;
  screenReader?: boolean;
}

export function addChatFlags(command: Command): Command {
  return command
    .option('--continue', 'open the last conversation')
    .option('--session <name>', 'open the conversation with this title or id, or begin one', notEmpty)
    .option('--no-save', 'do not save this chat')
    .option('--tools <path>', 'JSON file with the tools that the model may call')
    .option('--screen-reader', 'plain lines instead of a screen, for screen readers and braille displays');
}

/** Returns the list of the chat's flags for the program's help, because the chat is the default command. */
export function chatFlagsHelp(): string {
  const [, flags = ''] = addChatFlags(new Command().helpOption(false)).helpInformation().split('Options:\n');
  return `\nOptions of the chat:\n${flags.trimEnd()}`;
}
