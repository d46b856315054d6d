// Measures speed, memory, CPU and bytes of the chat in a real pseudo-terminal of 120 x 40. The figures include the
// daemon and the simulator that it starts. Medians. Run: tsx bench/tui.ts [runs] after a build
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSandbox, type Sandbox, until } from '../test/support/programs/program.js';
import { KEY, openTerminal, type TerminalSession } from '../test/support/programs/terminal.js';
import { usageOf } from './processes.js';
import { median } from './support/figures.js';

const RUNS = Number(process.argv[2] ?? 5);
const IDLE_MS = 10_000;
const KEY_EVERY_MS = 90;
const QUESTION = 'Go on';

interface Chat {
  sandbox: Sandbox;
  session: TerminalSession;
}

const figures = new Map<string, { values: number[]; unit: string; aim: number }>();
function note(name: string, value: number, unit: string, aim: number): void {
  const figure = figures.get(name) ?? { values: [], unit, aim };
  figure.values.push(value);
  figures.set(name, figure);
}

async function withChat(use: (chat: Chat) => Promise<void>): Promise<void> {
  const sandbox = await makeSandbox();
  const startMs = performance.now();
  const session = openTerminal(sandbox);
  try {
    await session.untilScreen(/> write a message/);
    note('start to ready to type', performance.now() - startMs, 'ms', 700);
    await session.untilScreen(/● connected/);
    const simulatorAnswers = (): Promise<boolean> =>
      fetch(`${sandbox.simulatorUrl}/v1/models`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(simulatorAnswers);
    await use({ sandbox, session });
  } finally {
    session.send(KEY.ctrlC);
    session.send(KEY.ctrlC);
    await Promise.race([session.ended, sleep(3000)]);
    session.close();
    await session.ended;
    sandbox.remove();
  }
}

/** Changes the simulator's settings. */
async function answers(sandbox: Sandbox, settings: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${sandbox.simulatorUrl}/admin/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!response.ok)
    throw new Error(`the simulator refuses ${JSON.stringify(settings)}: ${await response.text()}`);
}

/** Streams a whole answer of `tokens` tokens at `perSecond`. */
async function stream(
  { sandbox, session }: Chat,
  tokens: number,
  perSecond: number,
  aimMs: number,
): Promise<void> {
  await answers(sandbox, {
    ttft: 'constant:0',
    gap: `constant:${1000 / perSecond}`,
    content: 'answer',
    tokens,
  });
  const before = usageOf(session.pid);
  const written = session.written().length;
  session.send(QUESTION + KEY.enter);
  await session.untilScreen(/^ answering/m);
  await session.untilScreen(/enter send/, (tokens / perSecond) * 3000 + 10_000);
  const name = `${tokens} tokens at ${perSecond}/s`;
  note(`CPU, ${name}`, usageOf(session.pid).cpuMs - before.cpuMs, 'ms', aimMs);
  // The target applies to the slower rate.
  if (perSecond > 100) return;
  note(`terminal, ${name}`, Buffer.byteLength(session.written().slice(written)) / 1000, 'kB', 250);
}

async function firstToken({ sandbox, session }: Chat): Promise<void> {
  await answers(sandbox, { ttft: 'constant:0', gap: 'constant:0', text: 'ZEBRA' });
  session.send(QUESTION);
  await session.untilScreen(new RegExp(`> ${QUESTION}`));
  const startMs = performance.now();
  session.send(KEY.enter);
  await session.untilScreen(/ZEBRA/);
  note('enter to first token on the screen', performance.now() - startMs, 'ms', 60);
}

async function echo({ sandbox, session }: Chat): Promise<void> {
  await answers(sandbox, { ttft: 'constant:0', gap: 'constant:10', content: 'answer', tokens: 600 });
  session.send(QUESTION + KEY.enter);
  await session.untilScreen(/^ answering/m);
  const delays: number[] = [];
  let draft = '';
  while (draft.length < 50) {
    const key = String.fromCharCode(97 + (draft.length % 26));
    draft += key;
    const startMs = performance.now();
    session.send(key);
    await session.untilScreen(new RegExp(`> ${draft}(?![a-z])`));
    delays.push(performance.now() - startMs);
    await sleep(KEY_EVERY_MS);
  }
  const sorted = delays.sort((a, b) => a - b);
  note('key to echo while streaming, p50', sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, 'ms', 15);
  note('key to echo while streaming, p99', sorted.at(-1) ?? Number.NaN, 'ms', 35);
}

async function idle({ session }: Chat): Promise<void> {
  await sleep(2000);
  const before = usageOf(session.pid);
  await sleep(IDLE_MS);
  const after = usageOf(session.pid);
  note('idle CPU', ((after.cpuMs - before.cpuMs) / IDLE_MS) * 100, '%', 0.3);
  note('memory, idle, all processes', after.memoryMb, 'MB', 200);
  note('processes', after.processes, '', 3);
}

for (let run = 0; run < RUNS; run += 1) {
  await withChat(async (chat) => {
    await idle(chat);
    await firstToken(chat);
  });
  await withChat(echo);
  await withChat((chat) => stream(chat, 1500, 100, 2500));
  await withChat((chat) => stream(chat, 6000, 400, 3500));
}

for (const [name, { values, unit, aim }] of figures) {
  const each = values.map((value) => value.toFixed(1)).join(' ');
  process.stdout.write(
    `${name.padEnd(36)} ${median(values).toFixed(1).padStart(8)} ${unit.padEnd(2)}   aim ${String(aim).padStart(5)}   (${each})\n`,
  );
}
