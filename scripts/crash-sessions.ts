// Kills chats that save a conversation at random moments (SIGKILL), and checks the file: it opens, no acknowledged
// message is lost, and at most one second of a stream is lost.
//   crash-sessions.ts [--count 200] [--seed 1] [--writers 1] [--disk full]
// --disk full: saves to a separate tmpfs (needs the right to mount) that is full after a moment, and has space again
// when the file is checked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CrashOptions, crashOnce } from '../test/sessions/crash.js';
import { seededRandom } from '../test/support/run/random.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '1' },
    disk: { type: 'string' },
  },
});
const random = seededRandom(Number(values.seed));
const count = Number(values.count);
const writers = Number(values.writers);

/** Mounts a small file system. Returns undefined without the right to mount. */
function smallDisk(): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'vastar-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' });
    return dir;
  } catch {
    rmSync(dir, { recursive: true });
    return undefined;
  }
}

/** Fills the disk so that it is full soon. */
function ballast(dir: string): { remove(): void } {
  const path = join(dir, 'ballast');
  writeFileSync(path, Buffer.alloc((150 + Math.floor(random() * 650)) * 1024));
  return { remove: () => rmSync(path, { force: true }) };
}

const full = values.disk === 'full';
const disk = full ? smallDisk() : undefined;
if (full && disk === undefined) {
  process.stdout.write('skipped: no file system can be mounted here (run as root)\n');
  process.exit(0);
}

const problems: string[] = [];
let acknowledged = 0;
let worstLossMs = 0;
try {
  for (let run = 1; run <= count; run += 1) {
    const weight = disk === undefined ? undefined : ballast(disk);
    const options: CrashOptions = {
      lifeMs: random() * 2500,
      writers,
      ...(disk !== undefined && { dir: disk, afterwards: () => weight?.remove() }),
    };
    const result = await crashOnce(options);
    acknowledged += result.acknowledged;
    worstLossMs = Math.max(worstLossMs, result.lostMs);
    // On a full disk, streams can't be saved, but acknowledged messages must not be lost.
    const relevant = full
      ? result.problems.filter((problem) => /^(lost:|failed)/.test(problem))
      : [...result.problems, ...result.late];
    for (const problem of relevant) problems.push(`run ${run}: ${problem}`);
  }
} finally {
  if (disk !== undefined) {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  }
}
const stream = full ? '' : `, at most ${worstLossMs.toFixed(0)} ms of a stream lost`;
process.stdout.write(`${count} kills, ${acknowledged} acknowledged messages${stream}\n`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
