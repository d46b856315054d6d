import { worldCases } from '../../support/servers/world.js';
import { testWorldCases } from '../../support/servers/world-test.js';

testWorldCases(worldCases().filter(({ slow = false }) => !slow));
