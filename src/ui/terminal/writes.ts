/**
 * What the program writes to the terminal. By default, Node waits until the terminal has read it: a terminal that stops
 * reading, such as one behind a broken connection, would also stop keys, signals and the saving of answers.
 */
export interface Writes {
  /** Lets the program continue while the terminal does not read. */
  begin(): void;
  /** Resolves when the terminal has got everything; then each write waits again, as other programs expect. */
  end(): Promise<void>;
}

interface Blocking {
  setBlocking(on: boolean): unknown;
}

export function createWrites(stdout: NodeJS.WriteStream): Writes {
  // Node offers this only on the handle. A stream without one never waits.
  const handle = '_handle' in stdout ? stdout._handle : undefined;
  return {
    begin() {
      if (canBlock(handle)) handle.setBlocking(false);
    },
    async end() {
      if (stdout.writable) await new Promise<void>((resolve) => stdout.write('', () => resolve()));
      if (canBlock(handle)) handle.setBlocking(true);
    },
  };
}

function canBlock(handle: unknown): handle is Blocking {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    'setBlocking' in handle &&
    typeof handle.setBlocking === 'function'
  );
}

/** A terminal that reads nothing for this long after a signal to end does not get the last output. */
const UNREAD_LIMIT_MS = 1000;

/** Resolves when `waited` does, and at the latest a second after the signal. */
export function unlessUnread(waited: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(done, UNREAD_LIMIT_MS);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const done = (): void => {
      settle();
      resolve();
    };
    waited.then(done, (error: unknown) => {
      settle();
      reject(error);
    });
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort);
  });
}
