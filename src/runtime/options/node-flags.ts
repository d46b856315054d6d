/**
 * Node's flags for a daemon. By default V8's young generation grows to 64 MiB, and a thousand streams fill
 * all of it; a small one needs no more CPU. V8 also allocates objects in the old generation when earlier ones of
 * their kind lived long, as those of a thousand new streams do. Then the objects of each read pile up, with
 * all they refer to, until the next full collection.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--no-allocation-site-pretenuring'];
