import { isRecord } from '../../../common/json.js';
import { UsageError } from '../flags/usage-error.js';
import { type Refuse, readBytes } from './bytes.js';
import { utf8Of } from './text-file.js';

/**
 * Returns the tools in the text of a JSON file: an array, or an object with one as `tools`. A bare function (`{"name",
 * "parameters"}`) gets the form of a chat completion, which is translated for other wire formats.
 * @throws the result of `refuse` when the text contains no tools
 */
export function toolsIn(text: string, refuse: Refuse): object[] {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  const list: unknown = isRecord(read) && 'tools' in read ? read.tools : read;
  if (!Array.isArray(list)) throw refuse('needs an array of tools');
  return list.map((tool: unknown) => {
    if (!isRecord(tool)) throw refuse('needs an array of objects');
    if ('type' in tool) return tool;
    if (!('name' in tool)) throw refuse('has a tool without a name');
    return { type: 'function', function: tool };
  });
}

/**
 * Resolves to the tools that `--tools FILE` names; "-" is stdin.
 * @throws {UsageError} when the file cannot be used
 */
export async function toolsFlag(path: string): Promise<object[]> {
  const refuse = (why: string): UsageError => new UsageError(`--tools ${path} ${why}`);
  return toolsIn(utf8Of(await readBytes(path, refuse), refuse), refuse);
}
