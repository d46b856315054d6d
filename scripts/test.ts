// Builds the program and runs the tests.
//   npm test                       also checks format, lint, types and generated code meanwhile: tests mostly wait
//   npm test -- test/sdk -t retry  only these tests: passes the arguments to vitest, and builds only after a change
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<'build' | 'generate' | 'lint' | 'typecheck', string>;
};

/** A step whose output is shown only if it fails. */
interface Step {
  /** The command that repeats it. */
  readonly name: string;
  readonly command: string;
}
const args = process.argv.slice(2);
const whole = args.length === 0;
const BUILD: Step = {
  name: 'npm run build',
  command: whole ? scripts.build : `${scripts.build} --if-needed`,
};
const CHECKS: readonly Step[] = whole
  ? [
      { name: 'npm run lint', command: scripts.lint },
      { name: 'npm run typecheck', command: scripts.typecheck },
      { name: 'npm run generate -- --check', command: `${scripts.generate} --check` },
    ]
  : [];

let failed = false;
let tests: ChildProcess | undefined;

/** Resolves at the end of the step. The first failure also stops the tests. */
function run({ name, command }: Step): Promise<void> {
  // npm has put the programs of node_modules into PATH.
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      if (code !== 0) {
        process.stdout.write(`\n${Buffer.concat(output)}\nFailed: ${name}\n`);
        failed = true;
        tests?.kill('SIGINT');
      }
      resolve();
    });
  });
}

/** Resolves at the end of vitest, with its exit code. */
function runTests(args: readonly string[]): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  tests = spawn(process.execPath, [vitest, 'run', ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => tests?.once('close', (code) => resolve(code ?? 1)));
}

// Ctrl+C also reaches the steps and vitest, which end by themselves.
process.on('SIGINT', () => {});
process.once('SIGTERM', () => {
  tests?.kill('SIGTERM');
  process.exit(143);
});
if (whole) process.stdout.write('Checking format, lint, types and generated code while the tests run\n');
const checked = Promise.all(CHECKS.map(run));
await run(BUILD);
const code = failed ? 1 : await runTests(args);
await checked;
process.exitCode = failed ? 1 : code;
