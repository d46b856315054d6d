/** Calls `callback` once after `delayMs`. Returns a function that cancels the call. */
export function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
