// The load engine of `bench` beside other clients, against one server: requests a second and CPU time a request for one-chunk
// answers, 50 at a time; then streams: deltas a second, and how late this process's event loop was.
// hey and autocannon are measured where they are installed. Run on an idle machine: tsx bench/load-engine.ts [REQUESTS]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, makePlace, NODE } from '../test/support/program.js';
import { say } from './support/figures.js';
import { openBench } from './support/programs.js';

const REQUESTS = Number(process.argv[2] ?? 20_000);
const AT_A_TIME = 50;
const BODY = '{"model":"m","messages":[{"role":"user","content":"go"}],"stream":true}';
/** Streams of 99 deltas a second for 5 s: 25,000, 50,000 and 100,000 deltas a second. */
const STREAMS = [253, 505, 1010];
const DELTAS = 495;

const root = join(import.meta.dirname, '..');
const place = await makePlace();
const bench = await openBench();
const { url } = await bench.server();

/** Runs a program to its end. */
function run(name: string, args: readonly string[], cwd: string) {
  const timed = ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', name, ...args];
  const { stdout, stderr, status } = spawnSync('bash', timed, { cwd, env: place.env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { text: stdout + stderr, cpuS: Number(user) + Number(system) };
}

interface Report {
  runs: [
    {
      requests_per_s: number;
      output_tokens_per_s: number;
      itl_ms: { p50: number; p99: number } | null;
      failed: number;
      instrument: { event_loop_delay_ms: { p99: number }; cpu_cores_used: number; workers: number };
    },
  ];
}

function ownBench(path: string, flags: readonly string[]) {
  const to = ['--mode', 'openai', '--model', 'm', '--url', url + path];
  const { cpuS } = run(NODE, [CLI, 'bench', ...to, ...flags, '--json', 'report.json'], place.dir);
  const report = JSON.parse(readFileSync(join(place.dir, 'report.json'), 'utf8')) as Report;
  return { cpuS, run: report.runs[0] };
}

const installed = (name: string): boolean => spawnSync('which', [name]).status === 0;
const line = (name: string, perSecond: number, cpuS: number): void =>
  say(
    `${name.padEnd(12)} ${perSecond.toFixed(0).padStart(7)} requests/s, ${((cpuS * 1e6) / REQUESTS).toFixed(0)} µs of CPU each`,
  );

try {
  const one = `${url}/one/x`;
  const own = ownBench('/one/x', ['--requests', String(REQUESTS), '--concurrency', String(AT_A_TIME)]);
  say(`${REQUESTS} one-chunk answers, ${AT_A_TIME} at a time; CPU time includes starting the program`);
  line('bench', own.run.requests_per_s, own.cpuS);
  const others: [string, number][] = [];
  const beside = (name: string, perSecond: number, cpuS: number): void => {
    line(name, perSecond, cpuS);
    others.push([name, perSecond]);
  };
  if (installed('autocannon')) {
    const args = ['-c', String(AT_A_TIME), '-a', String(REQUESTS), '-m', 'POST', '-b', BODY, '-j', one];
    const { text, cpuS } = run('autocannon', args, place.dir);
    beside('autocannon', Number(/"requests":\{"average":([\d.]+)/.exec(text)?.[1]), cpuS);
  }
  if (installed('hey')) {
    const args = [
      '-n',
      String(REQUESTS),
      '-c',
      String(AT_A_TIME),
      '-cpus',
      '1',
      '-m',
      'POST',
      '-d',
      BODY,
      one,
    ];
    const { text, cpuS } = run('hey', args, place.dir);
    beside('hey', Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1]), cpuS);
  }
  const script = `import OpenAI from 'openai';
    const client = new OpenAI({ baseURL: '${url}/one/x', apiKey: 'x', maxRetries: 0 });
    let left = ${REQUESTS};
    const began = performance.now();
    await Promise.all(Array.from({ length: ${AT_A_TIME} }, async () => {
      while (left-- > 0) for await (const _ of await client.chat.completions.create(${BODY}));
    }));
    console.log('per second', (1000 * ${REQUESTS}) / (performance.now() - began));`;
  const { text, cpuS } = run(NODE, ['--input-type=module', '-e', script], root);
  beside('openai', Number(/per second ([\d.]+)/.exec(text)?.[1]), cpuS);
  for (const [name, perSecond] of others)
    say(`bench / ${name}: ${(own.run.requests_per_s / perSecond).toFixed(2)}`);

  for (const streams of STREAMS) {
    const { run: streamed, cpuS: cpu } = ownBench(`/rate/99/count/${DELTAS}/x`, [
      ...['--requests', String(streams), '--concurrency', String(streams)],
    ]);
    const { instrument, itl_ms, failed } = streamed;
    say(
      `${streams} streams of 99/s: ${streamed.output_tokens_per_s.toFixed(0)} deltas/s, gaps p50 ${itl_ms?.p50.toFixed(1)} ms and p99 ${itl_ms?.p99.toFixed(1)} ms, ` +
        `event loop late p99 ${instrument.event_loop_delay_ms.p99.toFixed(1)} ms, ${((cpu * 1e6) / (streams * DELTAS)).toFixed(1)} µs of CPU a delta, ${instrument.workers} threads, ${failed} failed`,
    );
  }
} finally {
  await bench.close();
  place.remove();
}
