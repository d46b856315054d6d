/**
 * How long a test waits, in ms, for what must come, before it fails with a description of what it waited for. A busy machine
 * may need many times what an idle one needs; only a test that fails waits this long. Less than a test's own limit, so that
 * the description is seen.
 */
export const PATIENCE_MS = 60_000;
