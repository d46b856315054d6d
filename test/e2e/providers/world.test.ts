import { worldCases } from '../../support/world.js';
import { testWorldCases } from '../../support/world-test.js';

testWorldCases(worldCases().filter(({ slow = false }) => !slow));
