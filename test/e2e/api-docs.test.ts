import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'api.md'), 'utf8');
const code = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = '']) => text);

test('docs/api.md matches the type declarations', () => {
  const script = join(root, 'scripts', 'api-docs.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('docs/api.md has every alternative of a type, and the values of a type of words', () => {
  expect(code.filter((text) => text.startsWith('type ') && !text.endsWith(';\n'))).toEqual([]);
  expect(code).toContain(
    "type Outcome = 'complete' | 'empty' | 'truncated' | 'error' | 'cancelled' | 'stalled';\n",
  );
});

test('a program can import every type that the API mentions', () => {
  const known = new Set([...page.matchAll(/^#### (\w+)$/gm)].map(([, name]) => name));
  const standard = [
    'AbortSignal',
    'AsyncGenerator',
    'AsyncIterable',
    'Buffer',
    'Error',
    'Partial',
    'Pick',
    'Promise',
  ];
  standard.push('Exclude', 'Omit', 'Readonly', 'ReadonlyMap', 'Record', 'T', 'Uint8Array');
  const mentioned = code.flatMap((text) => {
    const types = text
      .replace(/\/\*\*.*?\*\/|'[^']*'|\bMessageType\.\w+/gs, '')
      .replace(/^(enum|const).*/s, '');
    return [...types.matchAll(/\b[A-Z]\w*\b(?!_)/g)].map(([name]) => name);
  });
  const unknown = new Set(mentioned.filter((name) => !known.has(name) && !standard.includes(name)));
  expect([...unknown].sort()).toEqual([]);
});

test('every export has a description', () => {
  const bare = [...page.matchAll(/^#### (\w+)\n\n```/gm)].map(([, name]) => name);
  expect(bare).toEqual([]);
});
