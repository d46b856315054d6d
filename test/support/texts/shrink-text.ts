/** Removes ever smaller parts of a text while `hasFault` is true for the rest. Returns the shortest text. */
export function shrinkText(text: string, hasFault: (text: string) => boolean): string {
  let shortest = text;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length; ) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + size);
      if (shorter.isWellFormed() && hasFault(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}
