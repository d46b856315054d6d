import { existsSync, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** The absolute paths of this program's folders in the user's home. */
export interface UserFolders {
  config: string;
  data: string;
  cache: string;
  /** Logs. */
  log: string;
}

const NAME = 'vastar-tui';

/** Returns the platform's usual folders, e.g. `~/.config/vastar-tui` and `~/.local/share/vastar-tui`. */
export function userFolders(env: NodeJS.ProcessEnv = process.env): UserFolders {
  const home = homeFolder();
  if (process.platform === 'darwin') {
    const library = (folder: string): string => join(home, 'Library', folder, NAME);
    return {
      config: library('Preferences'),
      data: library('Application Support'),
      cache: library('Caches'),
      log: library('Logs'),
    };
  }
  /** Relative paths are ignored (XDG Base Directory Specification). */
  const base = (variable: string, otherwise: string): string => {
    const given = env[variable] ?? '';
    return isAbsolute(given) ? given : join(home, otherwise);
  };
  if (process.platform === 'win32') {
    const local = join(base('LOCALAPPDATA', 'AppData/Local'), NAME);
    return {
      config: join(base('APPDATA', 'AppData/Roaming'), NAME, 'Config'),
      data: join(local, 'Data'),
      cache: join(local, 'Cache'),
      log: join(local, 'Log'),
    };
  }
  return {
    config: join(base('XDG_CONFIG_HOME', '.config'), NAME),
    data: join(base('XDG_DATA_HOME', '.local/share'), NAME),
    cache: join(base('XDG_CACHE_HOME', '.cache'), NAME),
    log: join(base('XDG_STATE_HOME', '.local/state'), NAME),
  };
}

/**
 * Returns the user's home folder. HOME may be empty, and a container's user may have none. Then it returns a path that
 * does not exist, so the program finds and saves nothing there.
 */
function homeFolder(): string {
  for (const find of [homedir, () => userInfo().homedir]) {
    try {
      const home = find();
      if (isAbsolute(home)) return home;
    } catch {
      // The user is not in the system's list of users.
    }
  }
  return '/nonexistent';
}

/**
 * Makes a folder that only its owner can enter, and those above it. Node's own option `recursive` never returns on a
 * file system that refuses a new folder with ENOENT, such as /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another program may have made it first.
    if (!existsSync(folder)) throw error;
  }
}
