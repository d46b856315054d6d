import { fastClock } from '../../support/clocks/fast-clock.js';
import { worldCases } from '../../support/servers/world.js';
import { testWorldCases } from '../../support/servers/world-test.js';

// These answers take more than a minute, to show that no default setting ends them.
const long = worldCases()
  .filter(({ slow = false }) => slow)
  .map((answer) => ({ ...answer, expect: { ...answer.expect, e2e_ms: [69_000, null] as const } }));
// A limit does end them: the programs' clocks really pass a minute.
const limited = long.map((answer) => ({
  ...answer,
  name: `with --answer-timeout 60, the limit ends: ${answer.name}`,
  args: ['--answer-timeout', '60'],
  expect: { outcome: 'error', error: 'answer_ms' },
}));
testWorldCases([...long, ...limited], await fastClock(15));
