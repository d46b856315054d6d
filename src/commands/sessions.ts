import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig } from '../config/load.js';
import { visible } from '../config/problem.js';
import { sessionsFileExists } from '../sessions/file/open-file.js';
import { FOUND_END, FOUND_START } from '../sessions/search/search.js';
import { openSessions, type SessionStore } from '../sessions/store.js';
import { configuredKeys } from './composition/secrets.js';
import { type ExportFlags, exportSessions, FORMATS } from './sessions/export.js';
import { importSessions } from './sessions/import.js';
import { sessionsFile } from './sessions/sessions-file.js';
import { hitText, messageText, sessionText } from './sessions/texts.js';
import { EXIT } from './support/ending/exit-codes.js';
import { eachNotEmpty, notEmpty } from './support/flags/flag-text.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { printMessage } from './support/output/print-message.js';
import { stdout } from './support/output/sink.js';

interface Flags extends ExportFlags {
  config?: string;
  /** Another file of sessions, instead of the user's own. */
  file?: string;
  json?: boolean;
  limit?: number;
  deleted?: boolean;
  purge?: boolean;
  dryRun?: boolean;
}

/** Explains `<id>` in the help. */
const ID_OR_TITLE = 'the id of a session or its first characters, or a title that only one session has';

/** Adds `sessions list`, `show`, `search`, `export`, `import`, `rm`, `restore` and `rename`. */
export function defineSessions(sessions: Command): void {
  sessions.option(
    '--file <path>',
    'the file with the sessions (default: in the user’s data folder)',
    notEmpty,
  );
  const add = (usage: string, description: string): Command =>
    sessions.command(usage).description(description);

  add('list', 'list saved sessions: pinned ones first, then by last use')
    .option('--limit <n>', 'list at most this many', count, 50)
    .option('--deleted', 'list deleted sessions that can be restored')
    .option('--json', 'as JSON')
    .action(inStore((store, flags) => list(store, flags)));
  add('show', 'print one session: the branch in use')
    .argument('<id>', ID_OR_TITLE, notEmpty)
    .option('--json', 'all of it as JSON')
    .action(inStore((store, flags, [id = '']) => show(store, flags, id)));
  add('search', 'find messages; filters: ttft>2s error:429 model:gpt after:7d')
    .argument('<query...>', 'words and filters')
    .option('--limit <n>', 'list at most this many', count, 50)
    .option('--json', 'as JSON')
    .addHelpText('after', helpNotes(SEARCH_HELP))
    .action(inStore((store, flags, words) => find(store, flags, words.join(' '))));
  add('export', 'write sessions to stdout or a file')
    .argument('[id...]', ID_OR_TITLE, eachNotEmpty)
    .addOption(new Option('--format <format>', 'the format of the export').choices(FORMATS).default('md'))
    .addOption(
      new Option('--html <path>', 'write one page with the waterfall of each answer to this file').conflicts([
        'format',
        'output',
      ]),
    )
    .option('--output <path>', 'write to this file instead of stdout; an existing file is not replaced')
    .option('--all', 'all sessions')
    .action(inStore(exportSessions));
  add('import', 'add the conversations of an export, of this or another program')
    .argument('<file...>', 'the exports, recognised by their content; "-" reads stdin')
    .option('--dry-run', 'show what would be added, without adding it')
    .addHelpText('after', helpNotes(IMPORT_HELP))
    .action(inStore((store, { dryRun }, paths) => importSessions(store, paths, dryRun), 'new'));
  add('rm', 'delete sessions; "restore" brings them back')
    .argument('<id...>', ID_OR_TITLE, eachNotEmpty)
    .option('--purge', 'for good')
    .action(inStore((store, flags, ids) => remove(store, flags, ids)));
  add('restore', 'restore deleted sessions')
    .argument('<id...>', ID_OR_TITLE, eachNotEmpty)
    .action(
      inStore((store, _flags, ids) => {
        for (const { id, title } of ids.map((id) => store.lookUp(id, { deleted: true }))) {
          store.restore(id);
          stdout.print(`restored ${id} ${visible(title)}\n`);
        }
      }),
    );
  add('rename', 'rename a session')
    .argument('<id>', ID_OR_TITLE, notEmpty)
    .argument('<title>', 'the title', notEmpty)
    .action(
      inStore((store, _flags, [given = '', title = '']) => {
        const { id } = store.lookUp(given);
        store.rename(id, title);
        stdout.print(`renamed ${id} ${visible(title)}\n`);
      }),
    );
}

const SEARCH_HELP = `
Finds messages with all of the words, "a phrase", and words that begin with wor*. Filters on the exchange:
  ttft>2s e2e<500ms tokens>=100 error:429 error:timeout error:any
  model:gpt-4o endpoint:openai outcome:truncated
  on:2026-11-22 after:7d before:2026-11`;

const IMPORT_HELP = `
Importable files, also JSON files in a ZIP archive:
  exports: "sessions export" (json, jsonl), ChatGPT, Claude, DeepSeek, Open WebUI, LibreChat, TypingMind, Chatbox, llama.cpp
  sessions: aichat (YAML), opencode, Continue, Claude Code, Codex, LM Studio
  others: backups of Cherry Studio, logs.db of llm, messages as in chat APIs or ShareGPT (JSON or JSON Lines)`;

/** Returns the keys that saved sessions must not contain. */
export function secretsToHide(config?: string): string[] {
  return configuredKeys(loadConfig({ cwd: process.cwd(), env: process.env, configPath: config, flags: {} }));
}

type Work = (store: SessionStore, flags: Flags, words: string[]) => void | Promise<void>;

/** @param file whether the command may create the file that `--file` names */
function inStore(work: Work, file: 'existing' | 'new' = 'existing'): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new TypeError('commander passes the command last');
    const flags = command.optsWithGlobals<Flags>();
    const path = sessionsFile(flags.file);
    // A mistyped name would otherwise become a new file without sessions.
    if (flags.file !== undefined && file === 'existing' && !sessionsFileExists(path))
      throw new UsageError(`--file ${flags.file} cannot be read: there is no such file or folder`);
    const store = openSessions(path, { secrets: secretsToHide(flags.config) });
    try {
      for (const notice of store.notices) printMessage(notice);
      await work(store, flags, command.args);
    } finally {
      store.close();
    }
  };
}

function list(store: SessionStore, { limit = 50, deleted = false, json }: Flags): void {
  const sessions = store.list({ limit, deleted });
  if (json) {
    stdout.json(sessions, 2);
    return;
  }
  if (sessions.length === 0) printMessage('no sessions yet');
  stdout.print(sessions.map(sessionText).join(''));
}

function show(store: SessionStore, { json }: Flags, id: string): void {
  const session = store.load(store.lookUp(id).id);
  if (json) {
    stdout.json(session, 2);
    return;
  }
  stdout.print(`${visible(session.title)}\n${session.id}\n\n`);
  for (const message of store.branchInUse(session.id)) stdout.print(messageText(message));
}

function find(store: SessionStore, { limit = 50, json }: Flags, text: string): void {
  if (text.trim() === '') throw new UsageError('give words to search for, or a filter such as error:any');
  const { query, hits } = store.search(text, limit);
  const [problem] = query.problems;
  if (problem !== undefined) throw new UsageError(problem);
  if (query.unfinished) throw new UsageError('give the last filter a value, such as error:429');
  if (hits.length === 0) process.exitCode = EXIT.failed;
  if (json) {
    const plain = (snippet: string): string => snippet.replaceAll(FOUND_START, '').replaceAll(FOUND_END, '');
    stdout.json(
      hits.map((hit) => ({ ...hit, snippet: plain(hit.snippet) })),
      2,
    );
    return;
  }
  if (hits.length === 0) printMessage('nothing found');
  for (const hit of hits) stdout.print(...hitText(hit));
}

function remove(store: SessionStore, { purge }: Flags, ids: readonly string[]): void {
  // All ids are resolved before the first session is deleted.
  for (const { id, title } of ids.map((id) => store.lookUp(id))) {
    if (purge) store.purge(id);
    else store.remove(id);
    const hint = purge ? '' : `  (undo: vastar-tui sessions restore ${id})`;
    stdout.print(`deleted ${id} ${visible(title)}${hint}\n`);
  }
}

function count(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('Give a number from 1 up.');
  return Number(value);
}
