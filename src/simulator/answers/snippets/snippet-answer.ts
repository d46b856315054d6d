import { BINARY_SEARCH } from './binary-search.js';
import { FIZZ_BUZZ } from './fizz-buzz.js';
import { HELLO_WORLD } from './hello-world.js';
import { QUICKSORT } from './quicksort.js';
import { REVERSED_STRING } from './reversed-string.js';
import type { Task } from './task.js';

const LANGUAGES: readonly [name: string, title: string, match: RegExp][] = [
  ['python', 'Python', /\bpython\b/i],
  ['ts', 'TypeScript', /\btypescript\b|\bts\b/i],
  ['js', 'JavaScript', /\bjavascript\b|\bnode(?:\.js)?\b|\bjs\b/i],
  ['rust', 'Rust', /\brust\b/i],
  ['go', 'Go', /\bgolang\b|\b(?:in|a) go\b/i],
  ['java', 'Java', /\bjava\b/i],
  ['cpp', 'C++', /\bc\+\+|\bcpp\b/i],
  ['c', 'C', /\b(?:in|a) c\b(?!\+|#)/i],
  ['bash', 'Bash', /\bbash\b|\bshell\b/i],
];

/** The first one whose expression matches the prompt is the answer. */
const TASKS: readonly Task[] = [FIZZ_BUZZ, REVERSED_STRING, BINARY_SEARCH, QUICKSORT, HELLO_WORLD];

/** Languages with separate prepared answers. */
const PREPARED = new Set(['python', 'ts', 'js', 'bash']);

/** Returns a small program in the named language; undefined when the prompt does not request a program. */
export function snippetAnswer(prompt: string): string | undefined {
  const named = LANGUAGES.find(([, , match]) => match.test(prompt));
  const anyWillDo =
    named !== undefined &&
    !PREPARED.has(named[0]) &&
    /\b(?:program|code|function|example|script|write)\b/i.test(prompt);
  const task = TASKS.find(({ match }) => match.test(prompt)) ?? (anyWillDo ? TASKS[0] : undefined);
  // Without a language, the prompt must be the task itself.
  if (task === undefined || (named === undefined && prompt.length > 80)) return undefined;
  const [name, title] = named ?? ['python', 'Python'];
  const code = task.code[name];
  if (code === undefined) return undefined;
  return `${task.about} in ${title}:\n\n\`\`\`${name}\n${code}\n\`\`\`\n\n${task.note}`;
}
