import { Box, type DOMElement, Text } from 'ink';
import { memo, type ReactElement, useLayoutEffect, useMemo, useRef } from 'react';
import { useShared } from './context.js';
import { type Line, lineWidth, paint } from './line.js';
import type { Position } from './screen/frame.js';
import type { Painter } from './screen/painter.js';

interface RowsProps {
  rows: readonly Line[];
  width: number;
  /** Where the terminal's cursor stands in them [not in these]. */
  cursor?: Position | undefined;
}

/** Rows one below the other. Ink lays them out; the painter, where there is one, brings them to the terminal. */
export const Rows = memo(function Rows(props: RowsProps): ReactElement {
  const { painter } = useShared();
  return painter === undefined ? <TextRows {...props} /> : <PaintedRows {...props} painter={painter} />;
});

function PaintedRows({ rows, width, cursor, painter }: RowsProps & { painter: Painter }): ReactElement {
  const box = useRef<DOMElement>(null);
  useLayoutEffect(() => painter.show(box, { place: () => placeOf(box.current), rows, width, cursor }));
  useLayoutEffect(() => () => painter.remove(box), [painter]);
  return <Box ref={box} width={width} height={rows.length} flexShrink={0} />;
}

/** From the screen's top left, as Ink has laid it out. */
function placeOf(element: DOMElement | null): Position {
  const place = { x: 0, y: 0 };
  for (let node = element ?? undefined; node !== undefined; node = node.parentNode) {
    place.x += node.yogaNode?.getComputedLeft() ?? 0;
    place.y += node.yogaNode?.getComputedTop() ?? 0;
  }
  return place;
}

function TextRows({ rows, width }: RowsProps): ReactElement {
  const { theme } = useShared();
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {rows.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} text={paint(line, theme)} />
      ))}
    </Box>
  );
}

const Row = memo(function Row({ text }: { text: string }): ReactElement {
  // An empty text would take no row.
  return <Text wrap="truncate-end">{text === '' ? ' ' : text}</Text>;
});

/** Which neighbours a frame's upper and lower edges join; `none`: the neighbour draws it. */
export interface Edges {
  top: 'end' | 'join';
  bottom: 'end' | 'none';
}

export interface FramedProps {
  title: string;
  /** As many as the frame is to hold. */
  rows: readonly Line[];
  width: number;
  edges?: Edges;
  /** Written into the lower edge, at its right. */
  mark?: Line;
}

const NO_MARK: Line = [];
const CLOSED: Edges = { top: 'end', bottom: 'end' };

/** Rows in a frame with a title in its upper edge. */
export function Framed({ title, rows, width, edges = CLOSED, mark = NO_MARK }: FramedProps): ReactElement {
  const height = rows.length;
  const top = useMemo(() => [upperEdge(title, width, edges.top)], [title, width, edges.top]);
  const left = useMemo(() => Array.from({ length: height }, () => LEFT_SIDE), [height]);
  const right = useMemo(() => Array.from({ length: height }, () => RIGHT_SIDE), [height]);
  const bottom = useMemo(() => [lowerEdge(mark, width)], [mark, width]);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Rows rows={top} width={width} />
      <Box>
        <Rows rows={left} width={2} />
        <Rows rows={rows} width={width - 4} />
        <Rows rows={right} width={2} />
      </Box>
      {edges.bottom === 'end' && <Rows rows={bottom} width={width} />}
    </Box>
  );
}

const LEFT_SIDE: Line = [['dim', '│ ']];
const RIGHT_SIDE: Line = [['dim', ' │']];

function upperEdge(title: string, width: number, end: Edges['top']): Line {
  const [left, right] = end === 'end' ? ['┌', '┐'] : ['├', '┤'];
  const rest = '─'.repeat(Math.max(0, width - title.length - 4));
  return [['dim', left], ` ${title} `, ['dim', rest + right]];
}

function lowerEdge(mark: Line, width: number): Line {
  if (mark.length === 0) return [['dim', `└${'─'.repeat(width - 2)}┘`]];
  const rest = '─'.repeat(Math.max(0, width - lineWidth(mark) - 5));
  return [['dim', `└${rest}`], ' ', ...mark, ' ', ['dim', '─┘']];
}
