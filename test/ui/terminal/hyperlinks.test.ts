import { afterEach, expect, test, vi } from 'vitest';
import { opensLinks } from '../../../src/ui/terminal/hyperlinks.js';

afterEach(() => void vi.unstubAllEnvs());

const TERMINAL = { isTTY: true };
const NOTHING = [
  'CI',
  'FORCE_COLOR',
  'FORCE_HYPERLINK',
  'NO_COLOR',
  'STY',
  'TERM_PROGRAM',
  'TMUX',
  'VTE_VERSION',
];

test.each<[opens: boolean, terminal: string, env: Record<string, string>]>([
  [true, 'kitty', { TERM: 'xterm-kitty' }],
  [true, "a terminal of GNOME's", { VTE_VERSION: '7200' }],
  [false, 'tmux in it', { VTE_VERSION: '7200', TMUX: '/tmp/tmux-0/default,1,0' }],
  [false, 'screen in it', { VTE_VERSION: '7200', STY: '1.pts' }],
  [false, 'one that nothing is known of', {}],
  [true, 'one that the user says it of', { FORCE_HYPERLINK: '1', TMUX: 'x' }],
  [false, 'one that the user denies it of', { FORCE_HYPERLINK: '0', VTE_VERSION: '7200' }],
])('links are enabled: %s in %s', (opens, _terminal, env) => {
  for (const name of NOTHING) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries({ TERM: 'xterm-256color', ...env })) vi.stubEnv(name, value);
  expect(opensLinks(TERMINAL)).toBe(opens);
});
