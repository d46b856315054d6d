import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';

/**
 * Ready-made rows. Each is a text of its own: Ink then measures only those that changed, and what it keeps
 * of them is small.
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
