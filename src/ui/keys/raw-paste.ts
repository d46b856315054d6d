import type { TerminalEvent } from './key-events.js';

/** Nobody types this many lines between two reads. */
const MANY_LINES = 3;
/** Later reads belong to the paste until the input has been silent for this long. */
const RUNS_ON_MS = 200;

/**
 * A paste comes without marks where the terminal knows none, or when it was made while the program started. Each of its
 * lines would be sent as a question. The returned function takes the events of one read, and makes many lines at once
 * one paste.
 */
export function createRawPaste(
  now: () => number,
): (events: readonly TerminalEvent[]) => readonly TerminalEvent[] {
  let pasteMs = Number.NEGATIVE_INFINITY;
  return (events) => {
    const runsOn = now() - pasteMs <= RUNS_ON_MS;
    if (!runsOn && linesIn(events) < MANY_LINES) return events;
    if (!events.some((event) => pastedText(event) !== undefined)) return events;
    pasteMs = now();
    const merged: TerminalEvent[] = [];
    for (const event of events) {
      const text = pastedText(event);
      const last = merged.at(-1);
      if (text === undefined) merged.push(event);
      else if (last?.kind === 'paste') merged[merged.length - 1] = { kind: 'paste', text: last.text + text };
      else merged.push({ kind: 'paste', text });
    }
    return merged;
  };
}

/** The number of lines with text that end within the events. */
function linesIn(events: readonly TerminalEvent[]): number {
  let lines = 0;
  let hasText = false;
  for (const event of events) {
    if (event.kind === 'text') hasText = true;
    else if (hasText && pastedText(event) === '\n') {
      lines += 1;
      hasText = false;
    }
  }
  return lines;
}

/** What an event stands for in a paste; undefined for one that isn't part of it. */
function pastedText(event: TerminalEvent): string | undefined {
  if (event.kind === 'text' || event.kind === 'paste') return event.text;
  if (event.kind !== 'key') return undefined;
  return { enter: '\n', 'ctrl+j': '\n', tab: '\t' }[event.name];
}
