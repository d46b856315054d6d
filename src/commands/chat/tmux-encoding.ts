import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A tmux that does not answer within this time is treated as one that reports nothing. */
const LIMIT_MS = 2000;

/**
 * Returns whether the terminal around tmux reads UTF-8; undefined outside of tmux, or when no terminal is attached. tmux
 * itself always reads UTF-8, so a query through the terminal does not find out: tmux draws `_` for each character that
 * its terminal can't show.
 */
export async function tmuxReadsUtf8(env: NodeJS.ProcessEnv): Promise<boolean | undefined> {
  const { TMUX = '', TMUX_PANE = '' } = env;
  if (TMUX === '') return undefined;
  const args = ['display-message', '-p', ...(TMUX_PANE === '' ? [] : ['-t', TMUX_PANE]), '#{client_utf8}'];
  try {
    const { stdout } = await promisify(execFile)('tmux', args, { env, timeout: LIMIT_MS });
    const said = stdout.trim();
    return said === '' ? undefined : said === '1';
  } catch {
    return undefined;
  }
}
