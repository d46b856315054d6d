import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileReason } from '../../common/errors.js';
import type { Random } from '../../common/random.js';

/** Answers from the Markdown files of a folder. */
export interface ResponseFolder {
  /** Returns the file whose name's words are all in the prompt. When several fit, the one with most words wins. */
  byPrompt(prompt: string): string | undefined;
  /** Returns the next file in the order of the names. The first one follows after the last. */
  next(): string;
  byChance(random: Random): string;
}

const MAX_FILES = 1_000;
const MAX_FILE_CHARACTERS = 1_000_000;

/**
 * Reads the folder's `.md` files, without subfolders. `capital-of-france.md` answers prompts with the words "capital",
 * "of" and "france".
 * @throws {Error} when the folder can't be read or has no Markdown file; the message is for users
 */
export async function readResponseFolder(folder: string): Promise<ResponseFolder> {
  const fail = (reason: string): Error => new Error(`The responses in ${folder} cannot be used: ${reason}`);
  const entries = await readdir(folder).catch((error: unknown) => {
    throw fail(fileReason(error));
  });
  const names = entries.filter((name) => /\.md$/i.test(name)).sort();
  if (names.length === 0) throw fail('there is no file whose name ends in .md.');
  if (names.length > MAX_FILES) throw fail(`there are over ${MAX_FILES} files.`);
  const answers = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) => {
        throw fail(fileReason(error));
      });
      if (text.length > MAX_FILE_CHARACTERS) throw fail(`${name} is over ${MAX_FILE_CHARACTERS} characters.`);
      return { words: wordsOf(name.slice(0, -3)), text: text.trimEnd() };
    }),
  );

  let turn = 0;
  const at = (index: number): string => answers[index % answers.length]?.text ?? '';
  return {
    byPrompt(prompt) {
      const promptWords = new Set(wordsOf(prompt.slice(0, 10_000)));
      const fitting = answers.filter(
        ({ words }) => words.length > 0 && words.every((word) => promptWords.has(word)),
      );
      return fitting.sort((a, b) => b.words.length - a.words.length)[0]?.text;
    },
    next: () => at(turn++),
    byChance: (random) => at(Math.floor(random() * answers.length)),
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
