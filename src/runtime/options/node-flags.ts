/**
 * Node's flags for a daemon. By default V8 lets the room for new objects grow to 64 MiB, and a thousand streams
 * take all of it; a small one costs no more CPU. And it learns from objects that lived long, as those of a thousand
 * streams that have just begun, to make others of their kind old from the start: those of each read then, which pile up
 * with all they refer to until the next full collection.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--no-allocation-site-pretenuring'];
