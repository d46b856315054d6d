import type { Command, Help, Option } from 'commander';
import { MORE_FLAGS } from '../support/flags/endpoint-flags.js';

/** The completions of a flag's or argument's value. */
export type Value =
  | { kind: 'words'; name: string; words: readonly string[] }
  | { kind: 'file'; name: string }
  | { kind: 'text'; name: string };

export interface FlagDoc {
  /** With its dashes, e.g. `--json`. */
  long: string;
  description: string;
  /** The description with choices and default, as the help prints it. */
  details: string;
  /** Absent for a flag without a value. */
  value?: Value;
}

export interface ArgumentDoc {
  /** The arguments as the usage shows them, e.g. `[prompt...]`. */
  usage: string;
  description: string;
  value: Value;
}

/** The definition of a command and its flags, without the hidden ones. */
export interface CommandDoc {
  /** The command's words, without the program's name; empty for the program. */
  path: readonly string[];
  name: string;
  description: string;
  flags: readonly FlagDoc[];
  arguments: readonly ArgumentDoc[];
  commands: readonly CommandDoc[];
  /** The text that the help prints after the list of flags. */
  notes: string;
}

/** Describes a command and its subcommands. Afterwards the command no longer prints anything itself. */
export function describeCommand(
  command: Command,
  path: readonly string[] = [],
  program: Command = command,
): CommandDoc {
  const help = command.createHelp();
  return {
    path,
    name: command.name(),
    description: command.description(),
    flags: help.visibleOptions(command).flatMap((option) => describeFlag(option, help)),
    arguments: command.registeredArguments.map((argument) => {
      const name = argument.name();
      const inner = argument.variadic ? `${name}...` : name;
      return {
        usage: argument.required ? `<${inner}>` : `[${inner}]`,
        description: argument.description,
        value: valueNamed(name, name === 'command' ? namesOf(program) : argument.argChoices),
      };
    }),
    commands: command.commands.map((one) => describeCommand(one, [...path, one.name()], program)),
    notes: notesOf(command),
  };
}

/** Returns the command and all its subcommands. */
export function everyCommand(command: CommandDoc): CommandDoc[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function namesOf({ commands }: Command): string[] {
  return commands.map((one) => one.name());
}

/** The usual values of flags that take others, too. */
const USUAL_VALUES: Readonly<Record<string, readonly string[]>> = { '--mode': ['simulator', 'openai'] };

function describeFlag(option: Option, help: Help): FlagDoc[] {
  const { long, flags, description, argChoices } = option;
  if (typeof long !== 'string') return [];
  const name = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  const details = help.optionDescription(option);
  return [
    {
      long,
      description,
      details,
      ...(name !== undefined && { value: valueNamed(name, argChoices ?? USUAL_VALUES[long]) }),
    },
  ];
}

function valueNamed(name: string, choices: readonly string[] | undefined): Value {
  if (choices !== undefined) return { kind: 'words', name, words: choices };
  return { kind: /^(file|path|folder)$/.test(name) ? 'file' : 'text', name };
}

/** The manual page indents the notes by 7 columns, and should fit into 80. */
const NOTES_COLUMNS = 72;

/** Returns the texts of the help after the part that commander makes. */
function notesOf(command: Command): string {
  let help = '';
  command.configureOutput({
    getOutHelpWidth: () => NOTES_COLUMNS,
    writeOut(text) {
      help += text;
    },
  });
  command.outputHelp();
  return help.slice(command.helpInformation().length).replace(MORE_FLAGS, '').trim();
}
