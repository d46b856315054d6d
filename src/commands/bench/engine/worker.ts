// Starts a worker thread of a load test.
import { keepCompiledCode } from '../../../common/program/compile-cache.js';

// The compile cache of the main thread is not on in other threads.
keepCompiledCode();
await import('./worker-thread.js');
