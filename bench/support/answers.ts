type Answer = (argument: never) => unknown;

declare global {
  var benchAnswers: Map<string, (argument: unknown) => unknown> | undefined;
}

/**
 * Returns the functions that answer the benchmark's questions. The map is global, because the meter and the program are
 * separate bundles.
 */
export function answers(): Map<string, (argument: unknown) => unknown> {
  globalThis.benchAnswers ??= new Map();
  return globalThis.benchAnswers;
}

/** Registers the answer to a question of the benchmark, which was built from the same sources. */
export function answer(question: string, how: Answer): void {
  answers().set(question, how as (argument: unknown) => unknown);
}
