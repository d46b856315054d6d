import { worldCases } from '../../support/servers/world.js';
import { testWorldCases } from '../../support/servers/world-test.js';

// These answers take more than a minute, to show that no default setting ends them.
testWorldCases(worldCases().filter(({ slow = false }) => slow));
