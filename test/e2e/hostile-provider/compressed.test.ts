import { testAttacks } from './attacks.js';
import { COMPRESSED } from './bodies.js';

testAttacks(COMPRESSED);
