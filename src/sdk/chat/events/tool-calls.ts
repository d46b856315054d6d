import { isRecord, parseJson } from '../../../common/json.js';

/** A delta of a tool call. `index` is as the server sent it; the other members may be empty. */
export interface ToolCallPiece {
  index: unknown;
  id: string;
  name: string;
  arguments: string;
}

/** Returns the new part of a call's name: servers send it in pieces (Gemini), growing, or whole in each chunk. */
export function freshName(known: string, name: string): string {
  return name.startsWith(known) ? name.slice(known.length) : name;
}

/**
 * Returns a function that numbers tool calls in the order of their appearance, from 0, and finds a delta's call. The
 * server's index is only a key and never a position. Some servers omit it (Gemini, Ollama), send the same index for
 * every call, or send another one with each delta.
 * @param written returns the arguments of a call so far, without an empty object that is still withheld
 */
export function createToolCallNumbering(
  written: (number: number) => string,
): (piece: ToolCallPiece) => number {
  /** `first`: the first arguments that are not empty. */
  const calls: { id: string; name: string; first: string }[] = [];
  const byIndex = new Map<unknown, number>();
  const byId = new Map<string, number>();

  const writtenOf = (number: number): string => written(number) || (calls[number]?.first ?? '');

  /** Returns the latest call, if it has a name and its arguments may continue. */
  const unfinished = (): number | undefined => {
    const last = calls.length - 1;
    return calls[last]?.name && !isWholeObject(writtenOf(last)) ? last : undefined;
  };

  const withIndex = (piece: ToolCallPiece): number | undefined => {
    const { index, id, name } = piece;
    const number = byIndex.get(index);
    const call = number === undefined ? undefined : calls[number];
    if (number === undefined || call === undefined) {
      return name === '' ? (byId.get(id) ?? (id === '' ? unfinished() : undefined)) : undefined;
    }
    // A different id, another name after arguments, or an object after a whole one begins another call.
    const another =
      (id !== '' && call.id !== '' && id !== call.id) ||
      (call.first !== '' && call.name !== '' && name !== call.name) ||
      (id === '' && isObjectAfter(writtenOf(number), piece.arguments));
    return name !== '' && another ? undefined : number;
  };
  const withoutIndex = ({ id, name }: ToolCallPiece): number | undefined => {
    if (id !== '') return byId.get(id);
    const last = calls.at(-1);
    return last === undefined || (name !== '' && last.name !== '') ? undefined : calls.length - 1;
  };

  return (sent) => {
    // Some servers send the index as a text.
    const piece =
      typeof sent.index === 'string' ? { ...sent, index: Number(sent.index || Number.NaN) } : sent;
    const indexed = Number.isSafeInteger(piece.index);
    const number =
      (indexed ? withIndex(piece) : withoutIndex(piece)) ?? calls.push({ id: '', name: '', first: '' }) - 1;
    if (indexed) byIndex.set(piece.index, number);
    if (piece.id !== '') byId.set(piece.id, number);
    const call = calls[number];
    if (call !== undefined) {
      call.id ||= piece.id;
      call.name += freshName(call.name, piece.name);
      call.first ||= piece.arguments;
    }
    return number;
  };
}

/** Whether new arguments begin another object after a whole one. The same text again is a repetition. */
function isObjectAfter(written: string, args: string): boolean {
  return /^\s*\{/.test(args) && args !== written && isWholeObject(written);
}

function isWholeObject(args: string): boolean {
  return /^\s*\{[\s\S]*\}\s*$/.test(args) && isRecord(parseJson(args));
}
