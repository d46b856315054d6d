/** The members that identify a delta of a tool call. `index` is as the server sent it; id and name may be empty. */
export interface ToolCallPiece {
  index: unknown;
  id: string;
  name: string;
  /** Whether the piece has arguments. */
  filled: boolean;
}

/** Returns the new part of a call's name: servers send it in pieces (Gemini), growing, or whole in each chunk. */
export function freshName(known: string, name: string): string {
  return name.startsWith(known) ? name.slice(known.length) : name;
}

/**
 * Returns a function that numbers tool calls in the order of their appearance, from 0, and finds a delta's call. The
 * server's index is only a key and never a position. Some servers omit it (Gemini, Ollama), send the same index for
 * every call, or send arbitrary values.
 */
export function createToolCallNumbering(): (piece: ToolCallPiece) => number {
  const calls: { id: string; name: string; filled: boolean }[] = [];
  const byIndex = new Map<unknown, number>();
  const byId = new Map<string, number>();

  const withIndex = ({ index, id, name }: ToolCallPiece): number | undefined => {
    const number = byIndex.get(index);
    const call = number === undefined ? undefined : calls[number];
    if (call === undefined) return name === '' ? byId.get(id) : undefined;
    // A different id, or a name after arguments, begins another call under the same index.
    const another =
      (id !== '' && call.id !== '' && id !== call.id) ||
      (call.filled && call.name !== '' && name !== call.name);
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
      (indexed ? withIndex(piece) : withoutIndex(piece)) ??
      calls.push({ id: '', name: '', filled: false }) - 1;
    if (indexed) byIndex.set(piece.index, number);
    if (piece.id !== '') byId.set(piece.id, number);
    const call = calls[number];
    if (call !== undefined) {
      call.id ||= piece.id;
      call.name += freshName(call.name, piece.name);
      call.filled ||= piece.filled;
    }
    return number;
  };
}
