import type { ArgumentDoc, CommandDoc, FlagDoc } from './command-doc.js';

/** Returns the manual page in man(7) macros. */
export function manPage(program: CommandDoc, version: string): string {
  const { name, description } = program;
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(description)}`,
    '.SH SYNOPSIS',
    `.B ${escaped(name)}`,
    '[options] [command]',
    '.SH OPTIONS',
    'These may follow any command.',
    ...program.flags.flatMap(flagText),
    '.SH COMMANDS',
    ...program.commands.flatMap(commandText),
    '',
  ].join('\n');
}

function commandText(command: CommandDoc): string[] {
  const { path, description, commands, notes } = command;
  const described = command.arguments.filter((argument) => argument.description !== '');
  const usage = [...path, ...described.map((argument) => argument.usage)].join(' ');
  return [
    `.SS ${escaped(usage)}`,
    text(description),
    ...described.flatMap(argumentText),
    ...command.flags.filter(({ long }) => long !== '--help').flatMap(flagText),
    ...(notes === '' ? [] : ['.PP', '.nf', text(notes), '.fi']),
    ...commands.flatMap(commandText),
  ];
}

function argumentText({ usage, description }: ArgumentDoc): string[] {
  return ['.TP', `.I ${escaped(usage)}`, text(description)];
}

function flagText({ long, value, details }: FlagDoc): string[] {
  const placeholder = value === undefined ? '' : ` \\fI${escaped(value.name)}\\fR`;
  return ['.TP', `\\fB${escaped(long)}\\fR${placeholder}`, text(details)];
}

/** Escapes lines that begin with a dot or an apostrophe, which troff reads as macros. */
function text(lines: string): string {
  return escaped(lines).replace(/^[.']/gm, '\\&$&');
}

/** Replaces characters outside ASCII with escapes such as `\[u2019]`, which every troff reads. */
function escaped(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\0-\x7f]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    });
}
