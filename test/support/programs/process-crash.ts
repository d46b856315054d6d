import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSessions } from '../../../src/sessions/store.js';
import { listProcesses } from './processes.js';
import { alive, type Sandbox, until } from './program.js';
import { KEY, openTerminal, type TerminalSession } from './terminal.js';

export const VICTIMS = ['chat', 'daemon', 'simulator'] as const;
type Victim = (typeof VICTIMS)[number];

/** Descriptions of what was wrong after a kill; empty when nothing was. */
export interface CrashResult {
  problems: string[];
  /** The screen showed the question before the kill, so it was acknowledged. */
  acknowledged: boolean;
}

export interface CrashOptions {
  victim: Victim;
  /** In ms since the question; with `shown`, since the screen shows it. */
  afterMs: number;
  shown?: boolean;
  /** The text of the question, which the file must contain. */
  question: string;
  /** The disk is full, so the conversation may stay unsaved. */
  unsaved?: boolean;
}

const LIMIT_MS = 30_000;

/** Kills one of the three processes of a chat (SIGKILL), and checks the processes and files that remain. Linux only. */
export async function crashProcess(sandbox: Sandbox, options: CrashOptions): Promise<CrashResult> {
  const { victim, afterMs, question, shown = false, unsaved = false } = options;
  const onScreen = new RegExp(` you (?:↑ |.*\\n.*)${question}`);
  const session = openTerminal(sandbox, [], { columns: 100, rows: 30 });
  const problems: string[] = [];
  let acknowledged = false;
  const check = async (what: string, result: Promise<unknown>): Promise<void> => {
    await result.catch((error: unknown) => problems.push(`${what}: ${String(error).slice(0, 6000)}`));
  };
  try {
    await session.untilScreen(/● connected/, LIMIT_MS);
    session.send(`${question}${KEY.enter}`);
    if (shown) await session.untilScreen(onScreen, LIMIT_MS);
    await sleep(afterMs);
    acknowledged = shown || onScreen.test(session.screen().join('\n'));
    const pid = victim === 'chat' ? session.pid : pidsOf(sandbox)[victim];
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      // On a busy machine a killed process and its sockets stay for a while. Their parent, the chat, still runs.
      await until(() => !alive(pid), LIMIT_MS);
    }
    if (victim === 'chat') await session.ended;
    else await goOn(session, acknowledged ? undefined : onScreen, check);
    await check(
      'orphans',
      until(() => leftOver(sandbox).length === 0, LIMIT_MS),
    );
    problems.push(...leftOver(sandbox));
  } finally {
    session.close();
  }
  if (acknowledged && !unsaved && !questionsIn(sandbox).includes(question))
    problems.push('the question is lost');
  return { problems, acknowledged };
}

/** The chat survives: it gets further answers, and restores the terminal. */
async function goOn(
  session: TerminalSession,
  onScreen: RegExp | undefined,
  check: (what: string, holds: Promise<unknown>) => Promise<void>,
): Promise<void> {
  // The screen may still show the time before the kill, until the chat draws the question. An earlier question may have
  // scrolled away.
  if (onScreen !== undefined)
    await check('the question is not shown', session.untilScreen(onScreen, LIMIT_MS));
  await check('the answer does not end', stopped(session));
  await check('not connected again', session.untilScreen(/● connected/, LIMIT_MS));
  session.send(`What is the capital of France?${KEY.enter}`);
  await check('no answer', session.untilScreen(/capital of France is Paris/, LIMIT_MS));
  session.send(KEY.ctrlC);
  session.send(KEY.ctrlC);
  const end = await Promise.race([session.ended, sleep(LIMIT_MS, undefined, { ref: false })]);
  const written = session.written();
  const last = (sequence: string): number => written.lastIndexOf(sequence);
  await check(
    'the terminal is not restored',
    end?.exitCode === 0 && last('\x1b[?1049l') > last('\x1b[?1049h') && last('\x1b[?25h') > last('\x1b[?25l')
      ? Promise.resolve()
      : Promise.reject(new Error(`exit code ${end?.exitCode ?? 'none: it did not end'}`)),
  );
}

/**
 * Presses escape only while an answer runs: otherwise the key and the next typed character would be read as one key.
 */
async function stopped(session: TerminalSession): Promise<void> {
  const idle = (): boolean => {
    const screen = session.screen().join('\n');
    return /✗ failed|· stopped/.test(screen) && /enter send/.test(screen) && !/esc stop/.test(screen);
  };
  for (const giveUpAt = performance.now() + LIMIT_MS; performance.now() < giveUpAt; ) {
    if (idle()) return;
    if (/esc stop/.test(session.screen().join('\n'))) session.send(KEY.escape);
    await until(idle, 2000).catch(() => {});
  }
  throw new Error(`an answer runs still:\n${session.screen().join('\n')}`);
}

function questionsIn({ dir }: Sandbox): string[] {
  const store = openSessions(join(dir, '.local/share/vastar-tui/sessions/sessions.db'));
  try {
    return store.list({ limit: 1000 }).flatMap(({ id }) => store.branchInUse(id).map(({ text }) => text));
  } finally {
    store.close();
  }
}

/** Processes and files of a sandbox that only a running chat has. */
function leftOver(sandbox: Sandbox): string[] {
  const { daemon, simulator } = pidsOf(sandbox);
  const files = readdirSync(sandbox.dir).filter((name) => /^(runtime\.sock|\.vt-)/.test(name));
  return [
    ...files.map((name) => `left behind: ${name}`),
    ...[daemon, simulator].flatMap((pid) => (pid !== undefined && alive(pid) ? [`still runs: ${pid}`] : [])),
  ];
}

/** By their command lines, which name the sandbox's socket and port. */
function pidsOf({ socketPath, simulatorUrl }: Sandbox): Partial<Record<'daemon' | 'simulator', number>> {
  const { port } = new URL(simulatorUrl);
  const found: Partial<Record<'daemon' | 'simulator', number>> = {};
  for (const { pid, commandLine } of listProcesses()) {
    if (commandLine.includes(`--socket ${socketPath} `)) found.daemon = pid;
    if (commandLine.includes(`simulator --port ${port} `)) found.simulator = pid;
  }
  return found;
}
