// Packs the package as for publishing, and checks it from an empty folder: publint, attw, the program, both entry
// points with import and require(), the packages that importing loads, the types with every module resolution of
// TypeScript, and the program on the oldest, the current and the newest Node. Needs a build and a registry.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { typeChecks } from './check-types.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
const folder = mkdtempSync(join(tmpdir(), 'vastar-package-'));
const app = join(folder, 'app');

/** The limit for the download of npx. */
const MAX_PACKED_BYTES = 1_000_000;

const log = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs a command. Its output is shown only when it fails. */
function run(what: string, command: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, VASTAR_SOCKET_PATH: join(folder, 'd.sock'), HOME: folder };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status !== 0) throw new Error(`${what}: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`);
  log(`ok  ${what}`);
  return stdout;
}

const node = (what: string, code: string, ...flags: string[]): string =>
  run(what, process.execPath, [...flags, '-e', code], app);

/**
 * Returns code that fails when importing `name` loads a package of `unwanted`, prints, or leaves a timer, socket or
 * watcher. Standard streams are ignored, because any ES module that imports node:process opens them.
 */
const importCheck = (name: string, unwanted: string): string => `
  const { registerHooks } = await import('node:module');
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  await import(${JSON.stringify(name)});
  const strays = loaded.filter((url) => new RegExp('/node_modules/(' + ${JSON.stringify(unwanted)} + ')/').test(url));
  if (strays.length > 0) throw new Error('it loads ' + strays.join(', '));
  await new Promise((resolve) => setImmediate(resolve));
  const open = process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY)Wrap|^(Close|FSReq)/.test(kind));
  if (open.length > 0) throw new Error('it leaves open ' + open.join(', '));`;

try {
  mkdirSync(app);
  run('npm pack', 'npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack wrote no tarball');
  const tarball = join(folder, name);

  run('publint', join(bin, 'publint'), [tarball, '--strict'], root);
  run('attw', join(bin, 'attw'), [tarball], root);
  const bytes = statSync(tarball).size;
  if (bytes > MAX_PACKED_BYTES)
    throw new Error(`the package has ${bytes} bytes, and the limit is ${MAX_PACKED_BYTES}`);
  log(`ok  ${bytes} bytes packed`);

  writeFileSync(join(app, 'package.json'), '{"private":true}');
  run('npm install', 'npm', ['install', '--no-audit', '--no-fund', tarball], app);

  const question = ['--no-install', 'vastar-tui', 'ask', 'What is the capital of France?'];
  if (!run('vastar-tui ask', 'npx', question, app).includes('Paris')) throw new Error('the answer is wrong');

  const esm = '--input-type=module';
  node('import vastar-tui', importCheck('vastar-tui', 'react|ink|zustand|undici|commander'), esm);
  node(
    'import vastar-tui/sdk',
    importCheck('vastar-tui/sdk', 'react|ink|zustand|undici|commander|yaml|zod'),
    esm,
  );
  const commonjs = '--input-type=commonjs';
  node('require vastar-tui', "new (require('vastar-tui').OpenAIStreamConnector)({})", commonjs);
  node('require vastar-tui/sdk', "new (require('vastar-tui/sdk').RuntimeClient)()", commonjs);
  node(
    'one class of errors for import and require',
    "import('vastar-tui/sdk').then((esm) => { if (esm.ConnectorException !== require('vastar-tui/sdk').ConnectorException) throw new Error('two'); })",
    commonjs,
  );

  const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  mkdirSync(join(app, 'node_modules', '@types'), { recursive: true });
  cpSync(join(root, 'node_modules', '@types', 'node'), join(app, 'node_modules', '@types', 'node'), {
    recursive: true,
  });
  cpSync(join(root, 'node_modules', 'undici-types'), join(app, 'node_modules', 'undici-types'), {
    recursive: true,
  });
  cpSync(join(root, 'examples'), join(app, 'examples'), { recursive: true });
  const files = readdirSync(join(app, 'examples')).map((file) => join('examples', file));
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  writeFileSync(join(app, 'examples', 'package.json'), '{"type":"module"}');
  run('types of the examples', process.execPath, [typescript, ...strict, ...files], app);

  // TypeScript 7 has no "node" resolution, so an older version is used for it.
  const older = join(folder, 'typescript');
  mkdirSync(older);
  run('npm install typescript@5', 'npm', ['install', '--prefix', older, '--no-audit', 'typescript@5'], older);
  const compiler = join(older, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const { name, cwd, flags } of typeChecks(app)) {
    run(`types: ${name}`, process.execPath, [compiler, ...flags], cwd);
  }

  for (const version of ['22', '24', 'latest']) {
    const home = join(folder, `node-${version}`);
    mkdirSync(home);
    run(
      `npm install node@${version}`,
      'npm',
      ['install', '--prefix', home, '--no-audit', `node@${version}`],
      home,
    );
    const runtime = join(home, 'node_modules', '.bin', 'node');
    const cli = join(app, 'node_modules', 'vastar-tui', 'dist', 'cli.js');
    const answer = run(`vastar-tui ask on Node ${version}`, runtime, [cli, ...question.slice(2)], app);
    if (!answer.includes('Paris')) throw new Error('the answer is wrong');
  }
} catch (error) {
  process.stderr.write(`FAILED  ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
