let pending = false;

/** Lets the process exit at the end of the command, even if something still runs. */
export function leaveAtEnd(): void {
  pending = true;
}

/** Ends the process at once when a terminal does not read the last output, which would keep the process running. */
export function leaveUnread(exitCode: number): void {
  if (process.stdout.writableLength === 0) return;
  // At the exit, a library shows the cursor on stderr, which would wait for the terminal.
  Object.assign(process.stderr, { write: () => true });
  process.exit(exitCode);
}

/** Ends the process after all output was written, even if something is pending. */
export async function leave(): Promise<void> {
  if (!pending) return;
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  process.exit();
}
