import type { ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { AppState } from '../state/app-state.js';
import { paintAll, type Shared, useApp, useShared } from './context.js';
import type { Panes, Stacked } from './layout.js';
import { fill, type Line, lineWidth, paint } from './line.js';
import { edge } from './panes/frame.js';
import { helpLines } from './panes/help.js';
import { welcomeLines } from './panes/welcome.js';
import { Rows } from './rows.js';

type Shown = Pick<AppState, 'messages' | 'scroll' | 'overlay'>;

interface Content {
  /** Of exactly the text's width. */
  rows: readonly string[];
  /** Where the reader is, when that is not the end. */
  position?: Line;
}

/** The conversation, or what stands in its place: the welcome, the help. */
export function Conversation({ layout }: { layout: Panes | Stacked }): ReactElement {
  const shared = useShared();
  const shown = useApp(useShallow(({ messages, scroll, overlay }) => ({ messages, scroll, overlay })));
  const content = contentOf(shown, layout.text, shared);
  return layout.kind === 'panes' ? (
    <Framed
      layout={layout}
      content={content}
      title={shown.overlay.kind === 'help' ? 'Help' : 'Conversation'}
    />
  ) : (
    <Open layout={layout} content={content} />
  );
}

function contentOf(
  { messages, scroll, overlay }: Shown,
  { width, height }: { width: number; height: number },
  { viewport, theme }: Shared,
): Content {
  const padded = (lines: readonly Line[]): string[] =>
    paintAll(
      Array.from({ length: height }, (_, index) => fill(lines[index] ?? [], width)),
      theme,
    );
  if (overlay.kind === 'help') {
    const lines = helpLines(width);
    const below = lines.length - overlay.offset - height;
    return {
      rows: padded(lines.slice(overlay.offset)),
      ...(below > 0 && { position: [['dim', `${below} more lines ↓ pagedown`]] }),
    };
  }
  if (messages.length === 0) return { rows: padded(welcomeLines(width, height)) };
  const { rows, newRows, atEnd } = viewport.window({ messages, width, height, scroll });
  const filled = Array.from({ length: height }, (_, index) => {
    const row = rows[index];
    return row === undefined ? ' '.repeat(width) : row.text + ' '.repeat(Math.max(0, width - row.width));
  });
  if (atEnd) return { rows: filled };
  const words = newRows > 0 ? `${newRows} new lines ↓ end` : '↓ end';
  return { rows: filled, position: [[newRows > 0 ? 'accent' : 'dim', words]] };
}

function Framed({
  layout,
  content,
  title,
}: {
  layout: Panes;
  content: Content;
  title: string;
}): ReactElement {
  const { theme } = useShared();
  const width = layout.conversationWidth;
  const side = theme('dim', '│');
  const rows = [
    paint(edge('top', width, { left: [title] }), theme),
    ...content.rows.map((row) => `${side} ${row} ${side}`),
    paint(edge('bottom', width, { right: content.position ?? [] }), theme),
  ];
  return <Rows rows={rows} width={width} />;
}

function Open({ layout, content }: { layout: Stacked; content: Content }): ReactElement {
  const { theme } = useShared();
  const { margin, text } = layout;
  const rows = content.rows.map((row) => ' '.repeat(margin) + row);
  if (content.position !== undefined) {
    // Over the last row, at its right: the position matters more than the row it hides.
    const gap = text.width - lineWidth(content.position);
    rows[rows.length - 1] = ' '.repeat(margin + Math.max(0, gap)) + paint(content.position, theme);
  }
  return <Rows rows={rows} width={layout.columns} />;
}
