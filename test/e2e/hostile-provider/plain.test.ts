import { testAttacks } from './attacks.js';
import { PLAIN } from './bodies.js';

testAttacks(PLAIN);
