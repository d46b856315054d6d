/**
 * Starts one attempt after another: `delayMs` after the last start, or as soon as an attempt fails (RFC 8305, 5).
 * Attempts that take longer than `delayMs` continue.
 * @returns the first success; rejects with the first failure when all attempts have failed
 */
export function staggered<T>(attempts: ReadonlyArray<() => Promise<T>>, delayMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let failed = 0;
    let firstFailure: unknown;
    let timer: NodeJS.Timeout | undefined;

    const begin = (): void => {
      clearTimeout(timer);
      const attempt = attempts[next];
      if (attempt === undefined) return;
      next += 1;
      if (next < attempts.length) timer = setTimeout(begin, delayMs);
      attempt().then(
        (value) => {
          clearTimeout(timer);
          next = attempts.length;
          resolve(value);
        },
        (error: unknown) => {
          if (failed === 0) firstFailure = error;
          failed += 1;
          if (failed === attempts.length) reject(firstFailure);
          else begin();
        },
      );
    };
    begin();
  });
}
