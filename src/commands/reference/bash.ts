import { type CommandDoc, everyCommand, type FlagDoc, type Value } from './command-doc.js';

/** Returns a completion script for bash 3.2 and newer. */
export function bashCompletion(program: CommandDoc): string {
  const all = everyCommand(program);
  const steps = all
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `'${path.slice(0, -1).join(' ')} ${path.at(-1)}'`);
  const valued = program.flags.filter(({ value }) => value !== undefined).map(({ long }) => long);
  return `# bash completion of ${program.name}, made by: ${program.name} completion bash
_vastar_tui() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' index IFS=$'\\n'
  # Bash splits --flag=value into three words.
  if [[ $current == = ]]; then current=''; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${valued.join('|')}) ((index++)); [[ \${COMP_WORDS[index]} == = ]] && ((index++)); continue ;;
    esac
    case "$path \${COMP_WORDS[index]}" in
      ${steps.join('|')}) path="\${path:+$path }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$path" in
${all.map((command) => branch(command, program)).join('\n')}
  esac
}
complete -F _vastar_tui ${program.name}
`;
}

const FILES = 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"));';

function branch(command: CommandDoc, program: CommandDoc): string {
  const flags = flagsOf(command, program);
  const values = flags.flatMap(({ long, value }) =>
    value === undefined ? [] : [`        ${long}) ${reply(value)} return ;;`],
  );
  const [argument] = command.arguments;
  const names = flags.map(({ long }) => long);
  const words = [
    ...command.commands.map(({ name }) => name),
    ...(argument?.value.kind === 'words' ? argument.value.words : []),
  ];
  const isFile = argument?.value.kind === 'file';
  // As with git and kubectl, flags are offered only after a dash when something else is possible too.
  const others = isFile ? FILES : words.length > 0 ? compgen(words) : undefined;
  return [
    `    '${command.path.join(' ')}')`,
    '      case "$previous" in',
    ...values,
    '      esac',
    others === undefined
      ? `      ${compgen(names)} ;;`
      : `      if [[ $current == -* ]]; then ${compgen(names)} else ${others} fi ;;`,
  ].join('\n');
}

/** Returns the command's own flags, and the program's, which may follow any command. */
export function flagsOf(command: CommandDoc, program: CommandDoc): FlagDoc[] {
  const own = new Set(command.flags.map(({ long }) => long));
  const chat = program.commands.find(({ name }) => name === 'chat')?.flags ?? [];
  return command === program
    ? // Without a command, the program opens the chat.
      [...command.flags, ...chat.filter(({ long }) => !own.has(long))]
    : [...command.flags, ...program.flags.filter(({ long }) => !own.has(long) && long !== '--version')];
}

function reply(value: Value): string {
  if (value.kind === 'words') return compgen(value.words);
  return value.kind === 'file' ? FILES : 'COMPREPLY=();';
}

function compgen(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W $'${words.join('\\n')}' -- "$current"));`;
}
