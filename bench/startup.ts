// Measures the start with no process running before, in a pseudo-terminal of 120 x 40: the time from process start to the
// chat's first frame and to the connected state, for the very first start and for a later one with Node's compile cache;
// the chat's memory when it is connected; and the time and the most memory of `ask`.
// BASE=DIR also measures another built checkout, in alternating runs. COUNT=N sets the number of runs [5].
// Run: npm run bench [-- flags of the chat, e.g. --no-save]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI, makeSandbox, NODE } from '../test/support/programs/program.js';
import { KEY, openTerminal } from '../test/support/programs/terminal.js';
import { median, say, table } from './support/figures.js';
import { openBench } from './support/programs.js';

const RUNS = Number(process.env.COUNT ?? 5);
const { BASE } = process.env;
/** Times in ms; memory in MB. */
const AIMS = {
  'first start to first frame': 250,
  'first start to connected': 700,
  'later start to first frame': undefined,
  'later start to connected': undefined,
  'chat: memory': undefined,
  'ask: time': undefined,
  'ask: most memory': undefined,
} as const;
type Figure = keyof typeof AIMS;
type Figures = Partial<Record<Figure, number>>;

const PROGRAMS = new Map([
  ['this', CLI],
  ...(BASE === undefined ? [] : ([['base', join(BASE, 'dist', 'cli.js')]] as const)),
]);

async function chat(cli: string, cache: string, which: 'first' | 'later'): Promise<Figures> {
  const sandbox = await makeSandbox({ XDG_CACHE_HOME: cache });
  const startMs = performance.now();
  const session = openTerminal(sandbox, [], { command: [NODE, cli, ...process.argv.slice(2)] });
  try {
    await session.untilScreen(/vastar-tui/);
    const firstFrame = performance.now() - startMs;
    await session.untilScreen(/● connected/);
    const connected = performance.now() - startMs;
    const memory = proportionalMb(session.pid);
    // Node writes the compile cache only when a program ends by itself.
    session.send(KEY.ctrlC);
    session.send(KEY.ctrlC);
    await session.ended;
    return {
      [`${which} start to first frame`]: firstFrame,
      [`${which} start to connected`]: connected,
      'chat: memory': memory,
    };
  } finally {
    session.close();
    sandbox.remove();
  }
}

/** Returns the memory of a process in MB, with its part of shared pages. */
function proportionalMb(pid: number): number {
  const [, kb = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kb) / 1024;
}

/** Prints the most memory of this process at its end, in kB. */
const PRINT_MEMORY =
  "data:text/javascript,process.on('exit', () => process.stderr.write('\\n' + process.resourceUsage().maxRSS));";

/** Runs `ask` with a server that answers at once. */
async function ask(cli: string, cache: string): Promise<Figures> {
  const sandbox = await makeSandbox({ XDG_CACHE_HOME: cache });
  try {
    const flags = ['--mode', 'openai', '--url', `${url}/one/x`, '--model', 'm'];
    const args = ['--import', PRINT_MEMORY, cli, 'ask', ...flags, 'hello'];
    const startMs = performance.now();
    const { stderr } = spawnSync(NODE, args, { cwd: sandbox.dir, env: sandbox.env, encoding: 'utf8' });
    const tookMs = performance.now() - startMs;
    const [, kb = '0'] = /\n(\d+)$/.exec(stderr) ?? [];
    return { 'ask: time': tookMs, 'ask: most memory': Number(kb) / 1024 };
  } finally {
    sandbox.remove();
  }
}

async function withCache<T>(use: (cache: string) => Promise<T>): Promise<T> {
  const cache = mkdtempSync(join(tmpdir(), 'vastar-cache-'));
  try {
    return await use(cache);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

const bench = await openBench();
const { url } = await bench.server();
const found = new Map([...PROGRAMS.keys()].map((name) => [name, [] as Figures[]]));
// The first round brings the files into the page cache and does not count. Programs alternate, so that a busy moment of
// the machine affects both.
for (let round = 0; round <= RUNS; round += 1) {
  for (const [name, cli] of PROGRAMS) {
    const figures = await withCache(async (cache) => ({
      ...(await chat(cli, cache, 'first')),
      ...(await chat(cli, cache, 'later')),
      ...(await ask(cli, cache)),
    }));
    if (round > 0) found.get(name)?.push(figures);
  }
}
const rows = (Object.keys(AIMS) as Figure[]).map((figure) => {
  const medians = [...found.values()].map((runs) => median(runs.map((one) => one[figure] ?? Number.NaN)));
  const [own = Number.NaN, base] = medians;
  const unit = figure.endsWith('memory') ? 'MB' : 'ms';
  const aim = AIMS[figure];
  return [
    figure,
    ...medians.map((value) => `${value.toFixed(unit === 'MB' ? 1 : 0)} ${unit}`),
    ...(base === undefined ? [] : [(own / base).toFixed(3)]),
    aim === undefined ? '' : `aim ${aim} ${unit}`,
  ];
});
say(`median of ${RUNS}`);
say(table([['', ...found.keys(), ...(BASE === undefined ? [] : ['this / base']), ''], ...rows]));
await bench.close();
