import { cut, fill, type Line, lineWidth, type Span } from '../line.js';

/** Which neighbours a frame's edge joins. */
export type Edge = 'top' | 'middle' | 'bottom';

const CORNERS: Record<Edge, readonly [string, string]> = {
  top: ['┌', '┐'],
  middle: ['├', '┤'],
  bottom: ['└', '┘'],
};

/** A frame's edge with what is written into it: `┌ Conversation ────┐`. */
export function edge(
  kind: Edge,
  width: number,
  { left = [], right = [] }: { left?: Line; right?: Line } = {},
): Line {
  const [start, end] = CORNERS[kind];
  const label = left.length === 0 ? [] : [' ', ...cut(left, width - 4), ' '];
  const inEdge = lineWidth(label) + (right.length === 0 ? 0 : lineWidth(right) + 3);
  const mark: Line = right.length === 0 || inEdge + 2 > width ? [] : [' ', ...right, ' ', ['dim', '─']];
  const filled = width - 2 - lineWidth(label) - lineWidth(mark);
  return [['dim', start], ...label, ['dim', '─'.repeat(Math.max(0, filled))], ...mark, ['dim', end]];
}

const SIDE: Span = ['dim', '│'];

/** A line between a frame's sides. */
export function framed(line: Line, width: number): Line {
  return [SIDE, ' ', ...fill(line, width - 4), ' ', SIDE];
}
