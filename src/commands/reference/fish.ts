import { type CommandDoc, everyCommand, type Value } from './command-doc.js';

/** Returns a completion script for fish. */
export function fishCompletion(program: CommandDoc): string {
  const lines = everyCommand(program).flatMap((command) => [
    ...command.commands.map((one) =>
      line(program, whereCommand(command), `-f -a ${one.name} -d ${quoted(one.description)}`),
    ),
    ...command.flags.map(({ long, description, value }) =>
      line(program, whereFlag(command), `-l ${long.slice(2)}${valueText(value)} -d ${quoted(description)}`),
    ),
    ...command.arguments.flatMap(({ value }) =>
      value.kind === 'words'
        ? [line(program, whereFlag(command), `-f -a ${quoted(value.words.join(' '))}`)]
        : [],
    ),
  ]);
  return `# fish completion of ${program.name}, made by: ${program.name} completion fish\n${lines.join('\n')}\n`;
}

function line(program: CommandDoc, condition: string, rest: string): string {
  return `complete -c ${program.name}${condition === '' ? '' : ` -n ${quoted(condition)}`} ${rest}`;
}

/** Returns the condition under which fish offers the subcommands of this command. */
function whereCommand(command: CommandDoc): string {
  if (command.path.length === 0) return '__fish_use_subcommand';
  const names = command.commands.map(({ name }) => name).join(' ');
  return `${whereFlag(command)}; and not __fish_seen_subcommand_from ${names}`;
}

/** The program's flags may follow any command. The chat's flags may also come without a command. */
function whereFlag({ path }: CommandDoc): string {
  if (path.join(' ') === 'chat') return '__fish_use_subcommand; or __fish_seen_subcommand_from chat';
  return path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
}

function valueText(value: Value | undefined): string {
  if (value === undefined) return ' -f';
  if (value.kind === 'file') return ' -r -F';
  return value.kind === 'words' ? ` -x -a ${quoted(value.words.join(' '))}` : ' -x';
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
