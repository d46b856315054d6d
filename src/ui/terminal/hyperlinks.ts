import { createSupportsHyperlinks } from 'supports-hyperlinks';

/**
 * Whether the terminal opens links (OSC 8), judged by the environment. FORCE_HYPERLINK=1 or 0 overrides it. It is false
 * in tmux and screen, because the environment describes the terminal around them.
 */
export function opensLinks(stdout: { isTTY?: boolean }): boolean {
  const { FORCE_HYPERLINK = '', TMUX = '', STY = '' } = process.env;
  if (FORCE_HYPERLINK === '' && (TMUX !== '' || STY !== '')) return false;
  return createSupportsHyperlinks(stdout);
}
