import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig, visible } from '../config/index.js';
import { fileReason } from '../errors.js';
import { FOUND_END, FOUND_START, type SearchHit } from '../sessions/search/search.js';
import { openSessions, type SessionStore } from '../sessions/store.js';
import type { Message, Session, SessionSummary } from '../sessions/types.js';
import { createSanitizer } from '../state/sanitize.js';
import { VERSION } from '../version.js';
import { EXIT } from './exit-codes.js';
import { notEmpty } from './flag-text.js';
import { configuredKeys } from './secrets.js';
import { sessionsFile } from './sessions-file.js';
import { readStdin } from './stdin.js';
import { tell } from './tell.js';
import { UsageError } from './usage-error.js';

interface Flags {
  config?: string;
  /** The sessions' file instead of the user's own. */
  file?: string;
  json?: boolean;
  limit?: number;
  deleted?: boolean;
  purge?: boolean;
  format?: Format;
  output?: string;
  all?: boolean;
}

/** What `<id>` is. */
const ID = 'the id of a session, or how it begins';
const FORMATS = ['md', 'json', 'jsonl', 'har', 'csv', 'recording'] as const;
type Format = (typeof FORMATS)[number];

/** `sessions list`, `show`, `search`, `export`, `import`, `rm`, `restore` and `rename`. */
export function defineSessions(sessions: Command): void {
  sessions.option('--file <path>', 'the sessions’ file (default: in the user’s data directory)');
  const add = (usage: string, description: string): Command =>
    sessions.command(usage).description(description);

  add('list', 'saved sessions, pinned ones first, then the ones used last')
    .option('--limit <n>', 'at most so many', count, 50)
    .option('--deleted', 'those that can be restored')
    .option('--json', 'as JSON')
    .action(inStore((store, flags) => list(store, flags)));
  add('show', 'one session: the branch in use')
    .argument('<id>', ID)
    .option('--json', 'all of it as JSON')
    .action(inStore((store, flags, [id = '']) => show(store, flags, id)));
  add('search', 'find messages; filters: ttft>2s error:429 model:gpt after:7d')
    .argument('<query...>', 'words and filters')
    .option('--limit <n>', 'at most so many', count, 50)
    .option('--json', 'as JSON')
    .addHelpText('after', SEARCH_HELP)
    .action(inStore((store, flags, words) => find(store, flags, words.join(' '))));
  add('export', 'write sessions to stdout or a file')
    .argument('[id...]', ID)
    .addOption(new Option('--format <format>', 'what to write').choices(FORMATS).default('md'))
    .option('--output <path>', 'a file instead of stdout; one that exists is not replaced')
    .option('--all', 'all sessions')
    .action(inStore((store, flags, ids) => exportTo(store, flags, ids)));
  add('import', 'add the sessions of a JSON export')
    .argument('<file>', 'the export; "-" reads stdin')
    .action(inStore((store, _flags, [path = '']) => importFrom(store, path)));
  add('rm', 'delete sessions; "restore" brings them back')
    .argument('<id...>', ID)
    .option('--purge', 'for good')
    .action(inStore((store, flags, ids) => remove(store, flags, ids)));
  add('restore', 'bring deleted sessions back')
    .argument('<id...>', ID)
    .action(
      inStore((store, _flags, ids) => {
        for (const { id, title } of ids.map((id) => store.find(id))) {
          store.restore(id);
          print(`restored ${id} ${visible(title)}\n`);
        }
      }),
    );
  add('rename', 'give a session another title')
    .argument('<id>', ID)
    .argument('<title>', 'the title', notEmpty)
    .action(
      inStore((store, _flags, [given = '', title = '']) => {
        const { id } = store.find(given);
        store.rename(id, title);
        print(`renamed ${id} ${visible(title)}\n`);
      }),
    );
}

const SEARCH_HELP = `
Words are all looked for, "several words" as they stand, wor* by its beginning. Filters on the exchange:
  ttft>2s  e2e<500ms  tokens>=100  error:429  error:timeout  error:any  model:gpt-4o  endpoint:openai
  outcome:truncated  on:2026-11-22  after:7d  before:2026-11`;

/** The keys that none of the sessions may hold. */
export function secretsToHide(config?: string): string[] {
  return configuredKeys(loadConfig({ cwd: process.cwd(), env: process.env, configPath: config, flags: {} }));
}

type Work = (store: SessionStore, flags: Flags, words: string[]) => void | Promise<void>;

function inStore(work: Work): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new TypeError('an action is given its command');
    const flags = command.optsWithGlobals<Flags>();
    const store = openSessions(sessionsFile(flags.file), { secrets: secretsToHide(flags.config) });
    try {
      for (const notice of store.notices) tell(notice);
      await work(store, flags, command.args);
    } finally {
      store.close();
    }
  };
}

function list(store: SessionStore, { limit = 50, deleted = false, json }: Flags): void {
  const sessions = store.list({ limit, deleted });
  if (json) {
    print(`${JSON.stringify(sessions, null, 2)}\n`);
    return;
  }
  if (sessions.length === 0) tell('no sessions yet');
  print(sessions.map(lineOf).join(''));
}

function lineOf(session: SessionSummary): string {
  const { id, title, usedMs, model, tokens, messages, pinned, preview } = session;
  const facts = [`${messages} messages`, ...(model === null ? [] : [model]), `${tokens} tokens`].join(', ');
  const detail = preview === '' || preview === title ? '' : `    ${clip(visible(preview), 96)}\n`;
  return `${id}  ${timeOf(usedMs)}  ${pinned ? '* ' : ''}${visible(title)}  (${visible(facts)})\n${detail}`;
}

function show(store: SessionStore, { json }: Flags, id: string): void {
  const session = store.load(store.find(id).id);
  if (json) {
    print(`${JSON.stringify(session, null, 2)}\n`);
    return;
  }
  print(`${visible(session.title)}\n${session.id}\n\n`);
  for (const message of store.branchInUse(session.id))
    print(`${headOf(message)}\n${harmless(message.text)}\n\n`);
}

function headOf({ role, model, status, atMs }: Message): string {
  const who = role === 'user' ? 'you' : role;
  const parts = [
    who,
    timeOf(atMs),
    ...(model === null ? [] : [model]),
    ...(status === 'complete' ? [] : [status]),
  ];
  return `--- ${visible(parts.join('  '))}`;
}

function find(store: SessionStore, { limit = 50, json }: Flags, text: string): void {
  const { query, hits } = store.search(text, limit);
  for (const problem of query.problems) tell(problem);
  if (query.unfinished) tell('the last filter has no value, and was left out');
  if (hits.length === 0) process.exitCode = EXIT.failed;
  if (json) {
    const plain = hits.map((hit) => ({ ...hit, snippet: marked(hit, '', '') }));
    print(`${JSON.stringify(plain, null, 2)}\n`);
    return;
  }
  if (hits.length === 0) tell('nothing found');
  const [start, end] = process.stdout.isTTY && !process.env.NO_COLOR ? ['\x1b[1m', '\x1b[22m'] : ['', ''];
  for (const hit of hits) {
    print(
      `${hit.session}  ${timeOf(hit.atMs)}  ${visible(hit.title)}\n    ${hit.role}: ${marked(hit, start, end)}\n`,
    );
  }
}

function marked({ snippet }: SearchHit, start: string, end: string): string {
  return visible(snippet).replaceAll(FOUND_START, start).replaceAll(FOUND_END, end);
}

async function exportTo(store: SessionStore, flags: Flags, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 && !flags.all) {
    throw new UsageError(
      'nothing to export. Give the id of a session ("vastar-tui sessions list"), or --all',
    );
  }
  const summaries = flags.all
    ? store.list({ limit: Number.MAX_SAFE_INTEGER })
    : ids.map((id) => store.find(id));
  const text = await render(
    flags.format ?? 'md',
    summaries.map(({ id }) => store.load(id)),
  );
  if (flags.output === undefined) {
    print(text);
    return;
  }
  try {
    writeFileSync(flags.output, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new UsageError(`the export can't be written: ${fileReason(error)}`);
  }
}

async function render(format: Format, sessions: readonly Session[]): Promise<string> {
  switch (format) {
    case 'md':
      return (await import('../sessions/export/markdown.js')).toMarkdown(sessions);
    case 'json':
      return (await import('../sessions/export/document.js')).toDocument(sessions);
    case 'jsonl':
      return (await import('../sessions/export/exchanges.js')).toJsonLines(sessions);
    case 'csv':
      return (await import('../sessions/export/exchanges.js')).toCsv(sessions);
    case 'har':
      return (await import('../sessions/export/har.js')).toHar(sessions, VERSION);
    case 'recording':
      return recordingsOf(sessions);
  }
}

async function recordingsOf(sessions: readonly Session[]): Promise<string> {
  const { formatRecording } = await import('../simulator/recording.js');
  const { recordingOf } = await import('./record/stored-recording.js');
  const all = sessions.flatMap((session) => session.exchanges.map((one) => recordingOf(session, one)));
  const found = all.filter((recording) => recording !== undefined);
  if (found.length < all.length) tell(`${all.length - found.length} without times of an answer left out`);
  return found.map(formatRecording).join('');
}

async function importFrom(store: SessionStore, path: string): Promise<void> {
  const { fromDocument } = await import('../sessions/export/document.js');
  const sessions = fromDocument(path === '-' ? await readStdin() : readText(path));
  // What is added last is listed first, as the first of an export was.
  store.together(() => {
    for (const session of sessions.toReversed())
      print(`${store.insert(session)}  ${visible(session.title)}\n`);
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the import can't be read: ${fileReason(error)}`);
  }
}

function remove(store: SessionStore, { purge }: Flags, ids: readonly string[]): void {
  // All ids are looked up before the first session goes.
  for (const { id, title } of ids.map((id) => store.find(id))) {
    if (purge) store.purge(id);
    else store.remove(id);
    const hint = purge ? '' : `  (undo: vastar-tui sessions restore ${id})`;
    print(`deleted ${id} ${visible(title)}${hint}\n`);
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

/** A terminal obeys control sequences; a file or pipe gets the text as it is. */
function harmless(text: string): string {
  if (!process.stdout.isTTY) return text;
  const sanitizer = createSanitizer();
  return sanitizer.feed(text) + sanitizer.flush();
}

function timeOf(unixMs: number): string {
  const local = new Date(unixMs - new Date(unixMs).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}

function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function count(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('Give a number from 1 up.');
  return Number(value);
}
