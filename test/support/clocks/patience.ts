/**
 * The longest wait of a test for an event, in ms. Then it fails with a description of the missing event. A busy machine
 * may need many times what an idle one needs; only a test that fails waits this long. Less than a test's own limit, so
 * that the description is printed.
 */
export const PATIENCE_MS = 60_000;
