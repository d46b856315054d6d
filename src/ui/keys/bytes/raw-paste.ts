import type { TerminalEvent } from './key-events.js';

/** A user can't type this many lines between two reads. */
const MANY_LINES = 3;
/** Later reads belong to the paste until the input has been silent for this long. */
const RUNS_ON_MS = 200;

/**
 * A paste has no marks when the terminal doesn't support them, or when it was made while the program started. Each of
 * its lines would be sent as a question. The returned function receives the events of one read, and turns many lines
 * into one paste.
 */
export function createRawPaste(): (events: readonly TerminalEvent[]) => readonly TerminalEvent[] {
  let runsOn = false;
  let timer: NodeJS.Timeout | undefined;
  let turnEnd: NodeJS.Immediate | undefined;
  const waitForMore = (): void => {
    clearTimeout(timer);
    clearImmediate(turnEnd);
    // If the program was busy, more may have arrived but be unread. The immediate runs after the next read.
    timer = setTimeout(() => {
      turnEnd = setImmediate(() => {
        runsOn = false;
      });
    }, RUNS_ON_MS).unref();
  };
  return (events) => {
    if (!runsOn && linesIn(events) < MANY_LINES) return events;
    if (!events.some((event) => pastedText(event) !== undefined)) return events;
    waitForMore();
    const merged: TerminalEvent[] = [];
    for (const event of events) {
      const text = pastedText(event);
      const last = merged.at(-1);
      if (text === undefined) merged.push(event);
      else if (last?.kind === 'paste') merged[merged.length - 1] = { ...last, text: last.text + text };
      else merged.push({ kind: 'paste', text, ...(runsOn && { more: true }) });
    }
    runsOn = true;
    return merged;
  };
}

/** Returns the number of line ends in the events that have text before them. */
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

/** Returns the text of an event in a paste; undefined for an event that isn't part of it. */
function pastedText(event: TerminalEvent): string | undefined {
  if (event.kind === 'text' || event.kind === 'paste') return event.text;
  if (event.kind !== 'key') return undefined;
  return { enter: '\n', 'ctrl+j': '\n', tab: '\t' }[event.name];
}
