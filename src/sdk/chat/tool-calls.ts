/** What identifies a piece of a tool call. `index` is as the server sent it; id and name may be empty. */
export interface ToolCallPiece {
  index: unknown;
  id: string;
  name: string;
}

/**
 * Says which tool call a piece belongs to: 0 for the first that appeared, and so on. The server's index is
 * looked up and never used as a position, since servers leave it out (Gemini, Ollama), give every call the
 * same one, or send anything at all.
 */
export function createToolCallNumbering(): (piece: ToolCallPiece) => number {
  const calls: { id: string; name: string }[] = [];
  const byIndex = new Map<unknown, number>();
  const byId = new Map<string, number>();

  const withIndex = ({ index, id, name }: ToolCallPiece): number | undefined => {
    const number = byIndex.get(index);
    const call = number === undefined ? undefined : calls[number];
    if (call === undefined) return name === '' ? byId.get(id) : undefined;
    // Another id or name that comes with a name begins another call under the same index.
    const another =
      (id !== '' && call.id !== '' && id !== call.id) || (call.name !== '' && name !== call.name);
    return name !== '' && another ? undefined : number;
  };
  const withoutIndex = ({ id, name }: ToolCallPiece): number | undefined => {
    if (id !== '') return byId.get(id);
    const last = calls.at(-1);
    return last === undefined || (name !== '' && last.name !== '') ? undefined : calls.length - 1;
  };

  return (piece) => {
    const indexed = Number.isSafeInteger(piece.index);
    const number = (indexed ? withIndex(piece) : withoutIndex(piece)) ?? calls.push({ id: '', name: '' }) - 1;
    if (indexed) byIndex.set(piece.index, number);
    if (piece.id !== '') byId.set(piece.id, number);
    const call = calls[number];
    if (call !== undefined) {
      call.id ||= piece.id;
      call.name ||= piece.name;
    }
    return number;
  };
}
