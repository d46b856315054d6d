/**
 * Node's flags for a daemon. By default V8 lets the room for new objects grow to 64 MiB, and a thousand streams
 * take all of it; a small one costs no more CPU.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
