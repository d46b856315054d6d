/**
 * Node's flags for a daemon.
 * - By default V8's young generation grows to 64 MiB, and a thousand streams fill it. A small one needs no more CPU.
 * - By default V8 allocates objects in the old generation when earlier ones of their kind lived long. The start of a
 *   thousand streams makes it do so, and each read's bytes would then stay in memory until the next full collection.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--no-allocation-site-pretenuring'];
