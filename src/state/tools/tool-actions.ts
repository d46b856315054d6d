import type { Acting } from '../acting.js';
import { setTools } from '../endpoint/chat-settings.js';
import type { FilesPort } from '../ports.js';
import { sanitize } from '../text/sanitize.js';
import { awaitedCall } from './tool-calls.js';

/**
 * Actions that load tools for the model and read the results of its calls from files.
 * @param giveResult gives the awaited call its result
 */
export function createToolActions(
  { get, change, act }: Acting,
  files: Pick<FilesPort, 'readText' | 'readTools'> = NO_FILES,
  giveResult: (text: string) => string | undefined,
) {
  return {
    loadTools: act((argument?: string) => {
      const result = setTools(get().settings, argument, files.readTools);
      if (result.ok) change((state) => ({ ...state, settings: result.settings }));
      return result.message;
    }),
    /** Sends a text file as the result of the awaited call. */
    resultFromFile: act((path?: string) => {
      if (awaitedCall(get()) === undefined) return 'no tool call waits for a result';
      if (path === undefined) return 'usage: /result FILE, or type the result and send it';
      const file = files.readText(path);
      return file.ok ? giveResult(sanitize(file.content)) : file.problem;
    }),
  };
}

const unreadable = () => ({ ok: false, problem: 'files cannot be read here' }) as const;
const NO_FILES = { readText: unreadable, readTools: unreadable };
