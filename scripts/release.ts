// Makes a release: checks everything, packs, writes the software bill of materials, and publishes.
//   release.ts             does everything except publishing
//   release.ts --publish   also publishes the checked tarball
// The version comes from package.json, and CHANGELOG.md must have a section for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'release');
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  string,
  string
>;

/** Runs a command in the checkout. Its output is shown, or returned if `capture` is set. */
function run(command: string, args: readonly string[], capture = false): string {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['inherit', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  return stdout ?? '';
}

try {
  if (run('git', ['status', '--porcelain'], true) !== '')
    throw new Error('Commit or stash your changes first.');
  if (!readFileSync(join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version}`)) {
    throw new Error(`Add a section "## ${version}" to CHANGELOG.md first.`);
  }
  run('npm', ['test']);
  run('npm', ['run', 'check:package']);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  // Bundled packages are development dependencies, so the bill of materials includes these.
  const bill = run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'], true);
  writeFileSync(join(folder, 'sbom.cdx.json'), bill);
  const tarball = join(folder, `${name}-${version}.tgz`);
  if (process.argv.includes('--publish')) run('npm', ['publish', tarball]);
  process.stdout.write(`${tarball}\n${join(folder, 'sbom.cdx.json')}\n`);
} catch (error) {
  process.stderr.write(`The release stopped. ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
