// Compares start-up and memory of the chat with 20 profiles and with none. Starts of both kinds alternate, so that
// load on the machine affects both. On a busy machine, CPU time says more than wall-clock time. Run: npm run
// bench:profiles
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { makeSandbox } from '../test/support/programs/program.js';
import { KEY, openTerminal } from '../test/support/programs/terminal.js';
import { median } from './support/figures.js';

const PAIRS = 7;
const PROFILES = 20;
const AIM = 0.05;

interface Start {
  'first frame ms': number;
  'CPU ms': number;
  'memory MB': number;
}

async function start(profiles: number): Promise<Start> {
  const sandbox = await makeSandbox();
  const named = Array.from({ length: profiles }, (_, index) => [
    `profile-${index}`,
    {
      base_url: `http://127.0.0.1:1/${index}/v1`,
      model: 'm',
      headers: { 'x-team': `team ${index}` },
      body: { seed: index },
    },
  ]);
  sandbox.writeConfig(
    JSON.stringify({
      simulator: { base_url: sandbox.simulatorUrl },
      ...(profiles > 0 && { profiles: Object.fromEntries(named) }),
    }),
  );
  const startMs = performance.now();
  const session = openTerminal(sandbox, ['--no-save']);
  try {
    await session.untilScreen(/vastar-tui/);
    const frameMs = performance.now() - startMs;
    await session.untilScreen(/● connected/);
    const figures = {
      'first frame ms': frameMs,
      'CPU ms': cpuMs(session.pid),
      'memory MB': memoryMB(session.pid),
    };
    session.send(KEY.ctrlC);
    session.send(KEY.ctrlC);
    await session.ended;
    return figures;
  } finally {
    session.close();
    sandbox.remove();
  }
}

/** Returns the user and system time of the process so far, in ms. */
function cpuMs(pid: number): number {
  // The name in parentheses may contain spaces, so count the fields after it.
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) /);
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return ((user + system) * 1000) / ticksPerSecond;
}

/** Returns the process's private resident memory. */
function memoryMB(pid: number): number {
  const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  return Number(anonymous) / 1024;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const none: Start[] = [];
const many: Start[] = [];
// A warm-up start, which brings the program's files into the page cache.
await start(0);
for (let pair = 0; pair < PAIRS; pair += 1) {
  none.push(await start(0));
  many.push(await start(PROFILES));
}
for (const figure of ['first frame ms', 'CPU ms', 'memory MB'] as const) {
  const [without, withAll] = [none, many].map((starts) => median(starts.map((one) => one[figure])));
  const more = (withAll ?? 0) / (without ?? 1) - 1;
  const [a, b] = [(without ?? 0).toFixed(1), (withAll ?? 0).toFixed(1)];
  process.stdout.write(
    `${figure.padEnd(15)} none ${a.padStart(7)}   ${PROFILES} profiles ${b.padStart(7)}   ${(more * 100).toFixed(1).padStart(5)} %   aim ${AIM * 100} %\n`,
  );
}
