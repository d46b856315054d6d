import { createSupportsHyperlinks } from 'supports-hyperlinks';

/**
 * Whether the terminal opens links (OSC 8), as its environment tells. FORCE_HYPERLINK=1 or 0 decides it. In tmux and
 * screen, what is known of the terminal around them does not hold.
 */
export function opensLinks(stdout: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_HYPERLINK = '', TMUX = '', STY = '' } = env;
  if (FORCE_HYPERLINK === '' && (TMUX !== '' || STY !== '')) return false;
  return createSupportsHyperlinks(stdout);
}
