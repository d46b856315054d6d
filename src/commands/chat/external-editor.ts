import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens a long draft in the user's editor. */
export interface ExternalEditor {
  /** True while the editor has the terminal: ctrl+c then belongs to the editor. */
  readonly running: boolean;
  /**
   * Resolves to the text that the user saved.
   * @throws {Error} that says which editor could not be started, or how it ended.
   */
  editText(text: string): Promise<string>;
}

/** Returns the editor of $VISUAL, else $EDITOR, else vi. Either may have arguments. */
export function createExternalEditor(env: NodeJS.ProcessEnv): ExternalEditor {
  let running = false;
  return {
    get running() {
      return running;
    },
    async editText(text) {
      const { VISUAL = '', EDITOR = '' } = env;
      const command = [VISUAL, EDITOR, 'vi'].find((one) => one.trim() !== '') ?? 'vi';
      // Only this user can read a directory that mkdtemp makes.
      const directory = await mkdtemp(join(tmpdir(), 'vastar-tui-'));
      const file = join(directory, 'message.md');
      running = true;
      try {
        await writeFile(file, text);
        await run(command, file, env);
        return await readFile(file, 'utf8');
      } finally {
        running = false;
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

/** The shell's exit code for a command that does not exist. */
const NOT_FOUND = 127;

/** The shell splits the command into words, as git and others do. The file name is passed as one argument. */
function run(command: string, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', file], { stdio: 'inherit', env });
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else if (code === NOT_FOUND)
        reject(new Error(`set $VISUAL or $EDITOR to an editor that is installed: there is no ${command}`));
      else
        reject(
          new Error(`${command} ended with ${signal ?? code}: the draft is unchanged ($VISUAL, $EDITOR)`),
        );
    });
  });
}
