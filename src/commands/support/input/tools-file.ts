import { isRecord } from '../../../common/json.js';
import { UsageError } from '../flags/usage-error.js';
import { readUtf8 } from './text-file.js';

/**
 * Returns the tools in a JSON file: an array, or an object with one as `tools`. A bare function (`{"name",
 * "parameters"}`) gets the form of a chat completion, which is translated for other wire formats.
 * @throws the result of `refuse` when the file cannot be read, or contains no tools
 */
export function readTools(path: string, refuse: (why: string) => UsageError): object[] {
  let read: unknown;
  try {
    read = JSON.parse(readUtf8(path, refuse));
  } catch (error) {
    throw error instanceof UsageError ? error : refuse('is not JSON');
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
 * Returns the tools that `--tools FILE` names.
 * @throws {UsageError} when the file cannot be used
 */
export function toolsFlag(path: string): object[] {
  return readTools(path, (why) => new UsageError(`--tools ${path} ${why}`));
}
