import { test } from 'vitest';
import { testAttacks } from './attacks.js';
import { ENDLESS } from './bodies.js';

testAttacks(ENDLESS, test.concurrent);
