import { Console } from 'node:console';
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { makeFolder } from '../../common/program/user-folders.js';
import { createKeyHider } from '../../common/text/key-forms.js';

const MOST_BYTES = 1_000_000;

/**
 * Redirects warnings, `console` and stderr of Node and libraries to `file`, since they would overwrite parts of the screen.
 * `keys` are redacted. Returns a function that ends the redirection.
 */
export function divertOutput(file: string, keys: readonly string[]): () => void {
  const hide = createKeyHider(keys);
  let begun = false;
  const write = (text: string): void => {
    try {
      if (!begun) begin(file);
      begun = true;
      appendFileSync(file, `${new Date().toISOString()} ${hide(text.trimEnd())}\n`, { mode: 0o600 });
    } catch {
      // The failure cannot be reported anywhere else.
    }
  };
  const sink = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      write(String(chunk));
      done();
    },
  });
  const onWarning = ({ name, message }: Error): void => write(`${name}: ${message}`);

  const { write: toStderr } = process.stderr;
  const methods = { ...console };
  // Node's own listener writes to the terminal directly.
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', onWarning);
  Object.assign(console, new Console(sink));
  process.stderr.write = sink.write.bind(sink);

  return () => {
    process.stderr.write = toStderr;
    Object.assign(console, methods);
    process.off('warning', onWarning);
    for (const listener of listeners) process.on('warning', listener);
  };
}

/** Creates the folder, and rotates the file when it is too long. */
function begin(file: string): void {
  makeFolder(dirname(file));
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_BYTES) renameSync(file, `${file}.1`);
}
