import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSessions } from '../../src/sessions/store.js';

export interface CrashResult {
  /** User messages that the killed program was told to be saved. */
  acknowledged: number;
  /** Between the last piece of a stream that was saved and the last that was shown. */
  lostMs: number;
  problems: string[];
}

const PROGRAM = join(import.meta.dirname, 'crash-program.ts');

/** Starts a program that saves a conversation, kills it after `lifeMs`, and compares the file with what it told. */
export async function crashOnce(lifeMs: number): Promise<CrashResult> {
  const dir = mkdtempSync(join(tmpdir(), 'vastar-crash-'));
  const path = join(dir, 'sessions.db');
  try {
    const told = await runAndKill(path, lifeMs);
    return compare(path, told);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runAndKill(path: string, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child.stdout, 'data');
  const timer = setTimeout(() => child.kill('SIGKILL'), lifeMs);
  await once(child, 'close');
  clearTimeout(timer);
  // The last line may be cut off.
  return output.split('\n').slice(0, -1);
}

function compare(path: string, told: readonly string[]): CrashResult {
  const problems: string[] = [];
  const store = openSessions(path);
  try {
    problems.push(...store.notices);
    const [session] = store.list();
    const messages = session === undefined ? [] : store.branchInUse(session.id);
    const texts = new Set(messages.map(({ text }) => text));
    const saved = told.filter((line) => line.startsWith('saved ')).map((line) => line.slice('saved '.length));
    for (const text of saved) if (!texts.has(text)) problems.push(`lost: ${text}`);
    const ended = new Set(
      told.filter((line) => line.startsWith('ended ')).map((line) => line.slice('ended '.length)),
    );

    const times = new Map(
      told.flatMap((line) => {
        const [kind, token = '', ms] = line.split(' ');
        return kind === 'token' ? [[token, Number(ms)] as const] : [];
      }),
    );
    const last = [...times].at(-1);
    const answers = messages.filter(({ role }) => role === 'assistant');
    for (const { text, status } of answers) {
      const id = text.split('.')[0] ?? '';
      if (ended.has(id) && status !== 'complete') problems.push(`answer ${id} had ended but is ${status}`);
      if (status !== 'complete' && status !== 'interrupted') problems.push(`answer ${id} is ${status}`);
    }
    let lostMs = 0;
    if (last !== undefined) {
      const [token, shownMs] = last;
      const prefix = `${token.split('.')[0]}.`;
      const pieces =
        answers.flatMap(({ text }) => (text.startsWith(prefix) ? [text.trim().split(' ')] : []))[0] ?? [];
      const savedMs = times.get(pieces.at(-1) ?? '') ?? times.get(`${prefix}0`) ?? shownMs;
      // A piece may be saved and its line not have been told any more.
      lostMs = Math.max(0, shownMs - savedMs);
      if (lostMs > 1000) problems.push(`${lostMs.toFixed(0)} ms of a stream lost`);
    }
    return { acknowledged: saved.length, lostMs, problems };
  } finally {
    store.close();
  }
}
