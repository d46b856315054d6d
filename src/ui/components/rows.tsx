import { Box, type DOMElement } from 'ink';
import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { shallow } from 'zustand/shallow';
import type { AppState } from '../../state/app-state.js';
import type { Position } from '../screen/frame.js';
import { type Line, lineWidth } from '../style/line.js';
import { useShared } from './context.js';

/** Rows of equal width in an area of the screen; `x` and `y` are from the area's top left [0]. */
export interface Rows {
  rows: readonly Line[];
  width: number;
  x?: number;
  y?: number;
  /** The terminal's cursor, relative to these rows [it is elsewhere]. */
  cursor?: Position | undefined;
}

interface Shown<T, View> {
  width: number;
  height: number;
  /** Selects the state to show; the area is painted again when a member changes. */
  select: (state: AppState) => T;
  view: (shown: T) => View;
  /** Subscribes to other reasons to paint again [none]; returns a function that unsubscribes. */
  watch?: (onChange: () => void) => () => void;
}

/**
 * An area of the screen that shows the state. Ink only lays it out. Changes go from the store to the painter without
 * rendering a component.
 */
export function Painted<T extends object>(props: Shown<T, readonly Rows[]>): ReactElement {
  const { width, height, select, view, watch } = props;
  const { store, painter } = useShared();
  const box = useRef<DOMElement>(null);
  const [failed, setFailed] = useState<{ error: unknown }>();
  // Throwing while rendering ends the interface, like an error in any component.
  if (failed !== undefined) throw failed.error;
  useLayoutEffect(() => {
    let shown = select(store.getState());
    const show = (): void =>
      painter.show(
        box,
        ...view(shown).map(({ x = 0, y = 0, ...rows }) => ({
          ...rows,
          place: () => placeIn(box.current, x, y),
        })),
      );
    show();
    const stopWatching = watch?.(show);
    const stop = store.subscribe((state) => {
      try {
        const next = select(state);
        if (shallow(shown, next)) return;
        shown = next;
        show();
      } catch (error) {
        setFailed({ error });
      }
    });
    return () => {
      stop();
      stopWatching?.();
    };
  }, [store, painter, select, view, watch]);
  useLayoutEffect(() => () => painter.remove(box), [painter]);
  return <Box ref={box} width={width} height={height} flexShrink={0} />;
}

/** Returns the position on the screen, computed from Ink's layout. */
function placeIn(element: DOMElement | null, x: number, y: number): Position {
  const place = { x, y };
  for (let node = element ?? undefined; node !== undefined; node = node.parentNode) {
    place.x += node.yogaNode?.getComputedLeft() ?? 0;
    place.y += node.yogaNode?.getComputedTop() ?? 0;
  }
  return place;
}

/** How a frame's edges meet the neighbours above and below; with `none` the neighbour draws the edge. */
export interface Edges {
  top: 'end' | 'join';
  bottom: 'end' | 'none';
}

export interface Framed {
  title: string;
  /** The rows inside the frame, as many as fit. */
  rows: readonly Line[];
  /** A text at the right of the lower edge [none]. */
  mark?: Line | undefined;
  /** The terminal's cursor, relative to the rows [it is elsewhere]. */
  cursor?: Position | undefined;
}

const NO_MARK: Line = [];
const CLOSED: Edges = { top: 'end', bottom: 'end' };

/** Returns the number of rows that the edges take. */
export function edgeRows({ bottom }: Edges): number {
  return bottom === 'end' ? 2 : 1;
}

/** Rows in a frame with a title in its upper edge. `height` includes the edges. */
export function FramedRows<T extends object>(props: Shown<T, Framed> & { edges?: Edges }): ReactElement {
  const { width, height, view, edges = CLOSED } = props;
  const parts = useMemo(() => {
    const framed = frame(width, height, edges);
    return (shown: T) => framed(view(shown));
  }, [width, height, edges, view]);
  return <Painted {...props} view={parts} />;
}

function frame(width: number, height: number, edges: Edges): (framed: Framed) => readonly Rows[] {
  const inner = height - edgeRows(edges);
  const left = { y: 1, width: 2, rows: Array.from({ length: inner }, () => LEFT_SIDE) };
  const right = { x: width - 2, y: 1, width: 2, rows: Array.from({ length: inner }, () => RIGHT_SIDE) };
  const top = memoized((title: string) => [upperEdge(title, width, edges.top)]);
  const bottom = memoized((mark: Line) => [lowerEdge(mark, width)]);
  return ({ title, rows, mark = NO_MARK, cursor }) => [
    { width, rows: top(title) },
    left,
    { x: 2, y: 1, width: width - 4, rows, cursor },
    right,
    ...(edges.bottom === 'end' ? [{ y: height - 1, width, rows: bottom(mark) }] : []),
  ];
}

/** Memoises the result of `make` until its value changes, so that the painter can skip equal lines. */
function memoized<A, B>(make: (value: A) => B): (value: A) => B {
  let last: { value: A; made: B } | undefined;
  return (value) => {
    if (last === undefined || last.value !== value) last = { value, made: make(value) };
    return last.made;
  };
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
