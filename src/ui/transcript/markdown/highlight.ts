import type { HLJSApi, LanguageFn } from 'highlight.js';
import { withoutEntities } from '../../../common/text/entities.js';
import type { Tone } from '../../style/theme.js';

interface Piece {
  readonly tone: Tone;
  readonly text: string;
}

/** Colours code, once its language's grammar has loaded. */
export interface Highlighter {
  /** Returns the lines of the code in pieces; the joined pieces equal the code. */
  lines(code: string, language: string): readonly (readonly Piece[])[];
}

/** Highlights nothing. */
export const plainHighlighter: Highlighter = {
  lines: (code) => code.split('\n').map((text) => [{ tone: 'plain', text }]),
};

type Load = () => Promise<{ default: LanguageFn }>;

const LANGUAGES: Record<string, Load> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  go: () => import('highlight.js/lib/languages/go'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const ALIASES: Record<string, string> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  'c++': 'cpp',
  cs: 'csharp',
  golang: 'go',
  html: 'xml',
  js: 'javascript',
  jsx: 'javascript',
  kt: 'kotlin',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  svg: 'xml',
  ts: 'typescript',
  tsx: 'typescript',
  yml: 'yaml',
};

const TONES: readonly (readonly [scope: RegExp, tone: Tone])[] = [
  [/^(?:keyword|built_in|type|literal|selector-tag|name|tag|meta)/, 'keyword'],
  [/^(?:string|regexp|char|addition|attr-value)/, 'string'],
  [/^(?:comment|quote|deletion)/, 'dim'],
  [/^(?:number|symbol|variable|attr|attribute|property)/, 'number'],
  [/^(?:title|section)/, 'name'],
];

/** The cache's size. Only growing blocks use the cache, because callers keep the rows of finished blocks. */
const MAX_REMEMBERED = 8;

/** @param onLoad called when a grammar has loaded, so that earlier code would now be coloured */
export function createHighlighter(onLoad: () => void): Highlighter {
  let hljs: HLJSApi | undefined;
  const requested = new Set<string>();
  const remembered = new Map<string, Piece[][]>();

  const load = async (name: string, language: Load): Promise<void> => {
    const [core, { default: grammar }] = await Promise.all([import('highlight.js/lib/core'), language()]);
    hljs ??= core.default.newInstance();
    hljs.registerLanguage(name, grammar);
    onLoad();
  };

  const highlighted = (code: string, name: string, api: HLJSApi): Piece[][] => {
    const key = `${name}\n${code}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const lines = linesOf(api.highlight(code, { language: name, ignoreIllegals: true }).value);
    remembered.set(key, lines);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return lines;
  };

  return {
    lines(code, label) {
      const given = label.toLowerCase();
      const name = Object.hasOwn(ALIASES, given) ? (ALIASES[given] ?? given) : given;
      const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
      if (language === undefined) return plainHighlighter.lines(code, label);
      if (hljs?.getLanguage(name) !== undefined) {
        // The incomplete last line stays plain, so highlighting runs once per line and not per chunk.
        const end = code.lastIndexOf('\n');
        if (end < 0) return highlighted(code, name, hljs);
        const last = { tone: 'plain', text: code.slice(end + 1) } as const;
        return [...highlighted(code.slice(0, end), name, hljs), [last]];
      }
      if (!requested.has(name)) {
        requested.add(name);
        // If the grammar can't be loaded, the code stays plain.
        load(name, language).catch(() => {});
      }
      return plainHighlighter.lines(code, label);
    },
  };
}

/** Parses the highlighter's markup, which has only spans with a class and five entities. */
function linesOf(markup: string): Piece[][] {
  let line: Piece[] = [];
  const lines = [line];
  const scopes: Tone[] = [];
  for (const part of markup.split(/(<span class="[^"]*">|<\/span>|\n)/)) {
    const scope = /^<span class="(?:hljs-|language-)?([^" ]*)/.exec(part)?.[1];
    if (scope !== undefined) scopes.push(toneOf(scope) ?? scopes.at(-1) ?? 'plain');
    else if (part === '</span>') scopes.pop();
    else if (part === '\n') {
      line = [];
      lines.push(line);
    } else if (part !== '') {
      const text = withoutEntities(part);
      line.push({ tone: scopes.at(-1) ?? 'plain', text });
    }
  }
  return lines;
}

function toneOf(scope: string): Tone | undefined {
  return TONES.find(([pattern]) => pattern.test(scope))?.[1];
}
