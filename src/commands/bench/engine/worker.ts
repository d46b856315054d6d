// Starts a worker thread of a load test.
import { keepCompiledCode } from '../../../common/program/compile-cache.js';

// The compile cache is turned on for each thread separately.
keepCompiledCode();
await import('./worker-thread.js');
