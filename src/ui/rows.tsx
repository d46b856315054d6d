import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import { useShared } from './context.js';
import { type Line, lineWidth, paint } from './line.js';
import { plainTheme } from './theme.js';

/**
 * Ready-made rows. Each is a text of its own, so that Ink measures only those that changed. They are not padded:
 * Ink's cost of a frame is the characters in it, and those beyond ASCII cost many times as much.
 */
export function Rows({ rows, width }: { rows: readonly string[]; width: number }): ReactElement {
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} text={row} />
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
  rows: readonly string[];
  width: number;
  edges?: Edges;
  /** Written into the lower edge, at its right. */
  mark?: Line | undefined;
}

const SIDES = { left: '│', right: '│', top: '─', bottom: '─', bottomLeft: '└', bottomRight: '┘' };
const TOPS = {
  end: { topLeft: '┌', topRight: '┐' },
  join: { topLeft: '├', topRight: '┤' },
} as const;
const CLOSED: Edges = { top: 'end', bottom: 'end' };

/** Rows in a frame with a title in its upper edge. */
export function Framed({ title, rows, width, edges = CLOSED, mark }: FramedProps): ReactElement {
  const { theme } = useShared();
  return (
    <Box
      borderStyle={{ ...SIDES, ...TOPS[edges.top] }}
      borderBottom={edges.bottom === 'end'}
      borderDimColor={theme !== plainTheme}
      paddingX={1}
      width={width}
      flexShrink={0}
    >
      <Rows rows={rows} width={width - 4} />
      <Box position="absolute" top={-1} left={0}>
        <Text>{` ${title} `}</Text>
      </Box>
      {mark !== undefined && (
        <Box position="absolute" bottom={-1} left={width - lineWidth(mark) - 5}>
          <Text>{` ${paint(mark, theme)} `}</Text>
        </Box>
      )}
    </Box>
  );
}
