import { expect, test } from 'vitest';
import { nodeProblem } from '../../../src/common/program/node-version.js';

test.each(['22.19.0', '22.20.1', '23.0.0', '24.11.0', '100.0.0', '24.0.0-nightly'])(
  'Node %s is accepted',
  (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  },
);

test.each(['22.18.9', '20.20.2', '18.0.0', '22.9.0', '8.17.0'])(
  'Node %s is too old, and the error has one line',
  (version) => {
    expect(nodeProblem(version)).toBe(
      `vastar-tui needs Node 22.19 or newer, and this is Node ${version}. Install a newer one.`,
    );
  },
);
