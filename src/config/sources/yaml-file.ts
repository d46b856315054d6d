import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import { codeOf } from '../../common/error-code.js';
import { fileReason, messageOf } from '../../common/errors.js';
import { isRecord } from '../../common/json.js';
import type { Problem, Source } from '../problem.js';
import type { Path, Tree } from './tree.js';

/** The largest file that is read. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The most resolved aliases (`*name`), because a small file can expand to a huge one. */
const MAX_ALIASES = 20;
const MAX_SYNTAX_ERRORS = 5;

/**
 * Finds the position of a key or of its value. For a key that the file lacks, it finds the nearest mapping around it.
 */
export type Locate = (path: Path, part: 'key' | 'value') => Source;

export type ParsedFile =
  | { kind: 'parsed'; tree: Tree; locate: Locate; problems: Problem[] }
  | { kind: 'missing' }
  /** The file exists but can't be used. */
  | { kind: 'unusable'; problems: Problem[] };

/** Reads and parses the file at `path`. Problems contain `name` as the file's name. Never throws. */
export function readYamlFile(path: string, name: string): ParsedFile {
  let bytes: Buffer;
  try {
    bytes = readBounded(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' };
    return unusable(name, `cannot be read: ${fileReason(error)}`);
  }
  try {
    return parseYaml(new TextDecoder('utf-8', { fatal: true }).decode(bytes), name);
  } catch {
    return unusable(name, 'save it as UTF-8: it has another encoding');
  }
}

/** Parses YAML 1.2 whose top level is a mapping. Problems contain `file` as the file's name. Never throws. */
export function parseYaml(text: string, file: string): ParsedFile {
  const lines = new LineCounter();
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { kind: 'file', path: file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    // The parser's own check for repeated keys is quadratic; `indexPositions` finds them in one pass. The log level
    // prevents it from printing warnings.
    const options = {
      lineCounter: lines,
      // YAML 1.1's merge keys (`<<: *base`), as in the files of Docker Compose and GitLab.
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    } as const;
    const document = parseDocument(text, options);
    const note = (severity: Problem['severity']) => {
      return ({ code, message, pos }: YAMLError): Problem => {
        const plain = code === 'MULTIPLE_DOCS' ? 'a second document starts here; only one is read' : message;
        return { severity, message: plain, path: '', source: at(pos[0]) };
      };
    };
    if (document.errors.length > 0) {
      const problems = document.errors.slice(0, MAX_SYNTAX_ERRORS).map(note('error'));
      return { kind: 'unusable', problems };
    }
    const values: unknown = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
    if (!isRecord(values)) return unusable(file, 'must be a mapping of keys such as "openai:"');
    const { positions, repeated } = indexPositions(document.contents);
    const problems = document.warnings.map(note('warning'));
    for (const { path: keys, offset } of repeated) {
      const name = keys.join('.');
      const message = `duplicate key "${name}": the last one counts`;
      problems.push({ severity: 'warning', message, path: name, source: at(offset) });
    }
    return {
      kind: 'parsed',
      tree: values,
      problems,
      locate: (keys, part) => at(find(positions, keys, part)),
    };
  } catch (error) {
    return unusable(file, messageOf(error));
  }
}

interface Position {
  key: number;
  value: number;
}

/** Returns the offsets of every key and value, by path, and the keys that are repeated in a mapping. */
function indexPositions(root: unknown): {
  positions: ReadonlyMap<string, Position>;
  repeated: { path: Path; offset: number }[];
} {
  const positions = new Map<string, Position>();
  const repeated: { path: Path; offset: number }[] = [];
  const enter = (node: unknown, path: Path): void => {
    if (!isMap<Node, Node | null>(node)) return;
    for (const { key, value } of node.items) {
      const here = [...path, isScalar(key) ? String(key.value ?? '') : ''];
      const offset = key.range?.[0] ?? 0;
      const name = JSON.stringify(here);
      if (positions.has(name)) repeated.push({ path: here, offset });
      positions.set(name, { key: offset, value: value?.range?.[0] ?? offset });
      enter(value, here);
    }
  };
  enter(root, []);
  return { positions, repeated };
}

function find(positions: ReadonlyMap<string, Position>, path: Path, part: 'key' | 'value'): number {
  const exact = positions.get(JSON.stringify(path));
  if (exact !== undefined) return exact[part];
  return path.length === 0 ? 0 : find(positions, path.slice(0, -1), 'key');
}

/** Checks the file's kind first, because opening a pipe would wait for its writer. */
function readBounded(path: string): Buffer {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is not a regular file');
  if (stats.size > MAX_FILE_BYTES) throw new Error('it is larger than 1 MiB');
  return readFileSync(path);
}

function unusable(path: string, message: string): ParsedFile {
  const source: Source = { kind: 'whole file', path };
  return { kind: 'unusable', problems: [{ severity: 'error', message, path: '', source }] };
}
