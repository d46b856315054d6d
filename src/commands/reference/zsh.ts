import { flagsOf } from './bash.js';
import { type CommandDoc, everyCommand, type Value } from './command-doc.js';

/** Returns a completion script for zsh, to be put in a folder of its `fpath` as `_vastar-tui`. */
export function zshCompletion(program: CommandDoc): string {
  const functions = everyCommand(program).map((command) => body(command, program));
  return `#compdef ${program.name}
# made by: ${program.name} completion zsh
${functions.join('\n')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then ${functionName(program)} "$@"; else compdef ${functionName(program)} ${program.name}; fi
`;
}

function body(command: CommandDoc, program: CommandDoc): string {
  const flags = flagsOf(command, program).map(({ long, description, value }) => {
    const explanation = `[${escaped(description)}]`;
    // `*` offers a flag with a value again, because many may be repeated. `=` accepts "--flag value" and
    // "--flag=value".
    return quoted(
      value === undefined
        ? `${long}${explanation}`
        : `*${long}=${explanation}:${escaped(value.name)}:${action(value)}`,
    );
  });
  const head = `${functionName(command)}() {\n  local context state line\n  typeset -A opt_args\n`;
  if (command.commands.length === 0) {
    // Without a rule for arguments, zsh offers no flags after an argument. `()` offers nothing for free text.
    const words = command.arguments.map(({ value }) =>
      quoted(`*:${escaped(value.name)}:${value.kind === 'text' ? '()' : action(value)}`),
    );
    return `${head}  _arguments ${[...flags, ...words].join(' \\\n    ')}\n}`;
  }
  const names = command.commands.map(({ name, description }) =>
    quoted(`${name}:${description.replaceAll(':', '\\:')}`),
  );
  const calls = command.commands.map((one) => `        ${one.name}) ${functionName(one)} ;;`);
  return `${head}  _arguments -C ${[...flags, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${names.join('\n        ')}
      )
      _describe command commands ;;
    rest)
      case $words[1] in
${calls.join('\n')}
      esac ;;
  esac
}`;
}

function functionName({ path }: CommandDoc): string {
  return ['_vastar_tui', ...path].join('_');
}

function action(value: Value): string {
  if (value.kind === 'words') return `(${value.words.join(' ')})`;
  return value.kind === 'file' ? '_files' : ' ';
}

/** Escapes brackets and colons, which _arguments interprets. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
