import { Argument, type Command } from 'commander';
import { VERSION } from '../common/program/version.js';
import { bashCompletion } from './reference/bash.js';
import { type CommandDoc, describeCommand } from './reference/command-doc.js';
import { fishCompletion } from './reference/fish.js';
import { manPage } from './reference/man.js';
import { zshCompletion } from './reference/zsh.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { stdout } from './support/output/sink.js';

/** Makes the program with every command loaded, for a description of all commands. */
type WholeProgram = () => Promise<Command>;

const SCRIPTS: Record<string, (program: CommandDoc) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const HELP = `
bash:  echo 'eval "$(vastar-tui completion bash)"' >> ~/.bashrc
zsh:   echo 'source <(vastar-tui completion zsh)' >> ~/.zshrc     (below the line with compinit)
fish:  mkdir -p ~/.config/fish/completions
       vastar-tui completion fish > ~/.config/fish/completions/vastar-tui.fish`;

/** Adds `completion`, which prints a shell's completion script, made from the definitions of commands and flags. */
export function defineCompletion(command: Command, wholeProgram: WholeProgram): void {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', helpNotes(HELP))
    .action(async (shell: string) => {
      stdout.print(SCRIPTS[shell]?.(describeCommand(await wholeProgram())) ?? '');
    });
}

/** Adds `help`, which prints a command's help. */
export function defineHelp(command: Command, wholeProgram: WholeProgram): void {
  command.argument('[command...]', 'the command, e.g. runtime start').action(async (path: string[]) => {
    let found = await wholeProgram();
    for (const [index, word] of path.entries()) {
      const next = found.commands.find((one) => one.name() === word);
      if (next === undefined) {
        const name = path.slice(0, index + 1).join(' ');
        throw new UsageError(`there is no command "${name}". "vastar-tui --help" lists them`);
      }
      found = next;
    }
    found.outputHelp();
  });
}

/** Adds `man`: the manual page, made from the definitions of commands and flags. */
export function defineMan(command: Command, wholeProgram: WholeProgram): void {
  command
    .addHelpText(
      'after',
      helpNotes(`
To read it: vastar-tui man | man -l -
To keep it: mkdir -p ~/.local/share/man/man1
            vastar-tui man > ~/.local/share/man/man1/vastar-tui.1`),
    )
    .action(async () => {
      stdout.print(manPage(describeCommand(await wholeProgram()), VERSION));
    });
}
