/** Lets this process do nothing for so many ms, as one that gets no CPU: afterwards timers and reads are due at once. */
export function pauseProcess(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}
