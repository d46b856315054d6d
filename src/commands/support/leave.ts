let pending = false;

/** Lets the process exit at the end of the command, even if something still runs. */
export function leaveAtEnd(): void {
  pending = true;
}

/** Ends the process where something is pending, after all output was written. */
export async function leave(): Promise<void> {
  if (!pending) return;
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  process.exit();
}
