import { Box, type DOMElement } from 'ink';
import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { shallow } from 'zustand/shallow';
import type { AppState } from '../../state/app-state.js';
import type { Position } from '../screen/frame.js';
import { type Line, lineWidth } from '../style/line.js';
import { useShared } from './context.js';

/** Rows of one width in a part of the screen, `x` and `y` from its top left [0]. */
export interface Rows {
  rows: readonly Line[];
  width: number;
  x?: number;
  y?: number;
  /** Where the terminal's cursor stands in them [not in these]. */
  cursor?: Position | undefined;
}

interface Shown<T, View> {
  width: number;
  height: number;
  /** The state that is shown; it is drawn again when a value in it changes. */
  select: (state: AppState) => T;
  view: (shown: T) => View;
  /** Subscribes to further reasons to draw again [none]; returns how to unsubscribe. */
  watch?: (tell: () => void) => () => void;
}

/**
 * A part of the screen that shows the state. Ink only gives it its place: changes go from the store to the
 * painter, and renders no component.
 */
export function Painted<T extends object>(props: Shown<T, readonly Rows[]>): ReactElement {
  const { width, height, select, view, watch } = props;
  const { store, painter } = useShared();
  const box = useRef<DOMElement>(null);
  const [failed, setFailed] = useState<{ error: unknown }>();
  // An error here ends the interface, as an error in a component does.
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

/** From the screen's top left, as Ink has laid it out. */
function placeIn(element: DOMElement | null, x: number, y: number): Position {
  const place = { x, y };
  for (let node = element ?? undefined; node !== undefined; node = node.parentNode) {
    place.x += node.yogaNode?.getComputedLeft() ?? 0;
    place.y += node.yogaNode?.getComputedTop() ?? 0;
  }
  return place;
}

/** Which neighbours a frame's upper and lower edges join; `none`: the neighbour draws it. */
export interface Edges {
  top: 'end' | 'join';
  bottom: 'end' | 'none';
}

export interface Framed {
  title: string;
  /** As many as the frame holds. */
  rows: readonly Line[];
  /** Written into the lower edge, at its right [nothing]. */
  mark?: Line | undefined;
  /** Where the terminal's cursor stands in the rows [not in these]. */
  cursor?: Position | undefined;
}

const NO_MARK: Line = [];
export const CLOSED: Edges = { top: 'end', bottom: 'end' };

/** Rows of a frame beside those in it. */
export function edgeRows({ bottom }: Edges): number {
  return bottom === 'end' ? 2 : 1;
}

/** Rows in a frame with a title in its upper edge. `height`: with the edges. */
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
  const top = kept((title: string) => [upperEdge(title, width, edges.top)]);
  const bottom = kept((mark: Line) => [lowerEdge(mark, width)]);
  return ({ title, rows, mark = NO_MARK, cursor }) => [
    { width, rows: top(title) },
    left,
    { x: 2, y: 1, width: width - 4, rows, cursor },
    right,
    ...(edges.bottom === 'end' ? [{ y: height - 1, width, rows: bottom(mark) }] : []),
  ];
}

/** What `make` gives, the same one as long as it is of the same value: the painter looks at lines that are others. */
function kept<A, B>(make: (value: A) => B): (value: A) => B {
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
