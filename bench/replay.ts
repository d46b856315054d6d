// Records one answer of the simulator through the daemon, and replays it RUNS times. Checks that the text is the
// same, and measures the error of each gap. Run: tsx bench/replay.ts [RUNS]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChatStream } from '../src/sdk/index.js';
import { parseRecordings, type Recording } from '../src/simulator/recordings/recording.js';
import { makeSandbox, runProgram, type Sandbox } from '../test/support/programs/program.js';
import { runSimulator } from './simulator-client.js';
import { median, percentile, report, say } from './support/figures.js';

const RUNS = Number(process.argv[2] ?? 5);
const AIM_MS = 5;
const ANSWER = [
  '--content',
  'lorem',
  '--tokens',
  '200',
  '--ttft',
  '300',
  '--gap',
  'log-normal:25,0.6',
  '--seed',
  '5',
];

/** The answer's text, and the arrival times of all pieces with text, in ms since the request was sent. */
interface Played {
  text: string;
  atMs: number[];
}

function played({ parts, contentType, status }: Recording): Played {
  const atMs: number[] = [];
  let nowMs = 0;
  const stream = createChatStream({ statusCode: status, contentType }, ({ type }) => {
    if (type === 'text') atMs.push(nowMs);
  });
  for (const part of parts) {
    nowMs = part.atMs;
    stream.feed(part.bytes);
  }
  return { text: stream.end({ kind: 'closed' }).text, atMs };
}

async function replay(sandbox: Sandbox, file: string): Promise<Played> {
  const { code, stdout, stderr } = await runProgram(sandbox, ['replay', file, '--json']);
  if (code !== 0) throw new Error(`replay ended with ${code}: ${stderr}`);
  const lines: { type: string; text: string; t_ms: number }[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const deltas = lines.filter(({ type }) => type === 'delta');
  return { text: deltas.map(({ text }) => text).join(''), atMs: deltas.map(({ t_ms }) => t_ms) };
}

const gapsOf = ({ atMs }: Played): number[] => atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? ms));

async function record(sandbox: Sandbox, file: string): Promise<Played> {
  const simulator = await runSimulator('all', ...ANSWER);
  try {
    sandbox.writeConfig(`simulator:\n  base_url: ${simulator.url}\n`);
    const { code, stderr } = await runProgram(sandbox, ['record', 'go', '--output', file]);
    if (code !== 0) throw new Error(`record ended with ${code}: ${stderr}`);
  } finally {
    await simulator.stop();
  }
  const [recording] = parseRecordings(readFileSync(file, 'utf8'), file);
  if (recording === undefined) throw new Error('nothing was recorded');
  return played(recording);
}

const sandbox = await makeSandbox();
try {
  const file = join(sandbox.dir, 'answer.jsonl');
  const original = await record(sandbox, file);
  const gaps = gapsOf(original);
  say(`${gaps.length} gaps, p50 ${median(gaps).toFixed(1)} ms, max ${Math.max(...gaps).toFixed(1)} ms`);
  const p95s: number[] = [];
  const first: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const again = await replay(sandbox, file);
    if (again.text !== original.text) throw new Error('the replayed text differs');
    const errors = gapsOf(again).map((gap, index) => Math.abs(gap - (gaps[index] ?? Number.NaN)));
    p95s.push(percentile(errors, 0.95));
    first.push(Math.abs((again.atMs[0] ?? Number.NaN) - (original.atMs[0] ?? Number.NaN)));
  }
  say(`the same text in ${RUNS} of ${RUNS} runs`);
  report('replay: error of a gap, p95', median(p95s), 'ms', AIM_MS);
  say(`replay: TTFT off by ${median(first).toFixed(1)} ms, including the path through the daemon`);
} finally {
  sandbox.remove();
}
