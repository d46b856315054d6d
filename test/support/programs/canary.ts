import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandLineOf, listPids, listProcesses } from './processes.js';

/** The place and the form of a found secret. */
export interface Find {
  where: string;
  form: string;
}

/** Searches for secrets unchanged, URL-encoded, and in Base64 at each place in a group of three bytes. */
export function createSearch(secrets: readonly string[]) {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), ...base64Of(secret)]);
  const inText = (where: string, text: string): Find[] =>
    forms.filter((form) => text.includes(form)).map((form) => ({ where, form }));
  return {
    inText,
    /** Searches all files below the folder, of any kind, except those at the paths in `except`. */
    inFolder(folder: string, except: readonly string[]): { files: string[]; found: Find[] } {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .filter((file) => !except.includes(file));
      return {
        files,
        found: files.flatMap((file) => inText(file, readFileSync(join(folder, file), 'latin1'))),
      };
    },
  };
}

/** The Base64 characters that depend only on the secret, in both alphabets. */
function base64Of(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(`${'-'.repeat(before)}${secret}`);
    const from = [0, 2, 3][before];
    const to = Math.floor((bytes.length * 4) / 3);
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
}

/** How often a process is looked at after its start, which another program may follow, and from then on one time in ten. */
const EARLY_LOOKS = 3;

/** Collects the arguments of every process of this machine while it runs (Linux). */
export function watchArguments(): { stop(): string } {
  const seen = new Set<string>();
  let looks = new Map<number, number>();
  // Reading the arguments of each process 20 times a second would take a tenth of a core.
  const look = (): void => {
    const now = listPids().map((pid) => [pid, (looks.get(pid) ?? 0) + 1] as const);
    looks = new Map(now);
    for (const [pid, count] of now)
      if (count <= EARLY_LOOKS || count % 10 === 0) seen.add(commandLineOf(pid));
  };
  const lookAtAll = (): void => {
    for (const { commandLine } of listProcesses()) seen.add(commandLine);
  };
  look();
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      lookAtAll();
      return [...seen].join('\n');
    },
  };
}
