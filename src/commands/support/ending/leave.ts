let pending = false;

/** Lets the process exit at the end of the command, even if something still runs. */
export function leaveAtEnd(): void {
  pending = true;
}

/** Ends the process after all output was written, even if something is pending. */
export async function leave(): Promise<void> {
  if (!pending) return;
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  process.exit();
}
