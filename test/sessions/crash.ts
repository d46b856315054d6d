import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSessions, type SessionStore } from '../../src/sessions/store.js';
import type { Message } from '../../src/sessions/types.js';
import { bundled } from '../support/programs/bundled.js';

export interface CrashResult {
  /** The number of acknowledged messages of the killed programs, sent and queued. */
  acknowledged: number;
  /** The time between the last saved piece of a stream and the last shown one. */
  lostMs: number;
  problems: string[];
  /** More than a second of a stream or of typed text is lost: on a busy machine, timers may be late. */
  late: string[];
}

export interface CrashOptions {
  /** How long the programs run after the first printed line until they are killed, in ms. */
  lifeMs: number;
  /** The number of chats that write to the file at once [1]. */
  writers?: number;
  /** The folder for the file [a new one]. */
  dir?: string;
  /** Called after the kill, before the file is checked. */
  afterwards?: () => void;
}

/** Starts chats that save a conversation, kills them after `lifeMs`, and compares the file with their printed lines. */
export async function crashOnce(options: CrashOptions): Promise<CrashResult> {
  const { lifeMs, writers = 1, afterwards = () => {} } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'vastar-crash-'));
  const path = join(dir, 'sessions.db');
  const names = Array.from({ length: writers }, (_, index) => String.fromCharCode(97 + index));
  try {
    const told = await Promise.all(names.map((name) => runAndKill(path, name, lifeMs)));
    afterwards();
    return compare(path, told);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

async function runAndKill(path: string, name: string, lifeMs: number): Promise<string[]> {
  const program = await bundled('crash-program', 'test/sessions/crash-program.ts');
  const child = spawn(process.execPath, [program, path, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  const timer = setTimeout(() => child.kill('SIGKILL'), lifeMs);
  const [code, signal] = await closed;
  clearTimeout(timer);
  // The last line may be cut off.
  const lines = output.split('\n').slice(0, -1);
  return signal === 'SIGKILL' ? lines : [...lines, `failed with ${code}`];
}

function compare(path: string, told: readonly (readonly string[])[]): CrashResult {
  const store = openSessions(path);
  try {
    const problems = [...store.notices];
    const saved = savedTexts(store);
    const results = told.map((lines) => compareOne(lines, saved));
    return {
      acknowledged: results.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      lostMs: Math.max(...results.map(({ lostMs }) => lostMs)),
      problems: [...problems, ...results.flatMap((one) => one.problems)],
      late: results.flatMap(({ late }) => late),
    };
  } finally {
    store.close();
  }
}

interface Saved {
  messages: Message[];
  texts: ReadonlySet<string>;
  drafts: readonly string[];
}

function savedTexts(store: SessionStore): Saved {
  const ids = store.list().map(({ id }) => id);
  const messages = ids.flatMap((id) => store.load(id).messages);
  const queued = ids.flatMap((id) => store.queue(id));
  return {
    messages,
    texts: new Set([...messages.map(({ text }) => text), ...queued]),
    drafts: [null, ...ids].map((id) => store.draft(id)),
  };
}

const MOST_LOST_MS = 1000;

function compareOne(told: readonly string[], { messages, texts, drafts }: Saved): CrashResult {
  const problems = told.filter((line) => line.startsWith('failed'));
  const those = (kind: string): string[] =>
    told.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  const acknowledged = those('saved');
  for (const text of acknowledged) if (!texts.has(text)) problems.push(`lost: ${text}`);

  const timed = (kind: string): [string, number][] =>
    those(kind).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]);
  const tokens = timed('token');
  const ended = new Set(those('ended'));
  const answers = messages.filter(({ role }) => role === 'assistant');
  for (const { text, status } of answers) {
    const id = text.split('.')[0] ?? '';
    if (ended.has(id) && status !== 'complete') problems.push(`answer ${id} had ended but is ${status}`);
    if (status !== 'complete' && status !== 'interrupted') problems.push(`answer ${id} is ${status}`);
  }
  const lostMs = lostOfStream(tokens, answers);
  const late = lostMs > MOST_LOST_MS ? [`${lostMs.toFixed(0)} ms of a stream lost`] : [];
  const lostTyping = lostOfDraft(timed('typed'), tokens.at(-1)?.[1] ?? 0, drafts);
  if (lostTyping !== undefined) late.push(lostTyping);
  return { acknowledged: acknowledged.length, lostMs, problems, late };
}

function lostOfStream(tokens: readonly [string, number][], answers: readonly Message[]): number {
  const times = new Map(tokens);
  const last = tokens.at(-1);
  if (last === undefined) return 0;
  const [token, shownMs] = last;
  const prefix = `${token.split('.')[0]}.`;
  const answer = answers.find(({ text }) => text.startsWith(prefix));
  const pieces = answer?.text.trim().split(' ') ?? [];
  const savedMs = times.get(pieces.at(-1) ?? '') ?? times.get(`${prefix}0`) ?? shownMs;
  // A piece can be saved although its line was not printed any more.
  return Math.max(0, shownMs - savedMs);
}

/** Text typed more than a second before the end, in the turn that was cut off, must be in the file. */
function lostOfDraft(
  typed: readonly [string, number][],
  endMs: number,
  drafts: readonly string[],
): string | undefined {
  const last = typed.at(-1);
  if (last === undefined) return undefined;
  const turn = last[0].split('-')[0] ?? '';
  const inTurn = typed.filter(([text]) => text.startsWith(`${turn}-`));
  const due = inTurn.findLast(([, atMs]) => atMs < endMs - MOST_LOST_MS);
  if (due === undefined) return undefined;
  const found = drafts.some((draft) => draft.startsWith(`${turn}-`));
  return found ? undefined : `draft lost: ${due[0]}`;
}
