import { cellWidth } from '../../state/text/graphemes.js';

/**
 * The terminal's output for screen readers. Ink writes its frames here, and the cursor can stand inside the last one.
 */
export interface ReaderOutput {
  /** The stream for Ink. */
  readonly stdout: NodeJS.WriteStream;
  /** Moves the terminal's cursor before `rest`, the end of the last frame. */
  moveBefore(rest: string): void;
  /** Leaves the frame as it is, with the cursor in a new row. */
  end(): void;
}

const ONLY_SEQUENCES = /^(?:\x1b\[[\d?;]*[A-Za-z])*$/;

export function createReaderOutput(terminal: NodeJS.WriteStream): ReaderOutput {
  let frame = '';
  /** How many rows the cursor is above the frame's last one, where Ink expects it. */
  let above = 0;
  let isMoved = false;

  const write = (text: string): void => {
    if (terminal.writable) terminal.write(text);
  };
  const moveRows = (next: number): string => {
    const down = above - next;
    above = next;
    return down > 0 ? `\x1b[${down}B` : down < 0 ? `\x1b[${-down}A` : '';
  };
  const writeFrame = (...args: Parameters<NodeJS.WriteStream['write']>): boolean => {
    const [chunk, ...rest] = args;
    if (above > 0) write(moveRows(0));
    if (typeof chunk === 'string' && !ONLY_SEQUENCES.test(chunk)) {
      frame = chunk;
      isMoved = false;
    }
    return terminal.write(chunk, ...rest);
  };
  return {
    stdout: new Proxy(terminal, {
      get(target, key) {
        if (key === 'write') return writeFrame;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    moveBefore(rest) {
      if (rest === '' && !isMoved) return;
      const at = startOf(rest, frame);
      if (at === undefined) return;
      isMoved = rest !== '';
      const row = frame.slice(frame.lastIndexOf('\n', at - 1) + 1, at);
      write(`${moveRows(frame.slice(at).split('\n').length - 1)}\x1b[${cellWidth(row) + 1}G`);
    },
    end: () => write(`${moveRows(0)}\r\n`),
  };
}

/**
 * Returns where `rest` begins in the frame, whose rows have line ends that `rest` does not have; undefined without it.
 */
function startOf(rest: string, frame: string): number | undefined {
  let at = frame.length;
  for (let left = rest.length; left > 0; at -= 1) {
    if (at === 0) return undefined;
    if (frame[at - 1] === rest[left - 1]) left -= 1;
    else if (frame[at - 1] !== '\n') return undefined;
  }
  return at;
}
