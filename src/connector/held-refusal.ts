import type { DecodedEvent } from './decoded-events.js';

/** Statuses with which providers refuse a member of a request. */
const REFUSALS: readonly number[] = [400, 422];
/** Some servers in Python fail on a member that they don't know, with this text. */
const FAILED = { status: 500, text: /unexpected keyword argument/i };
/** Largest refusal that is held back, in bytes. */
const MAX_HELD = 65_536;

/** Holds back the events of a refusal until the caller decides whether to send the request again. */
export interface HeldRefusal {
  onEvent(event: DecodedEvent): void | Promise<void>;
  /** Returns the refusal's body; undefined when the response is not a refusal or is too long. */
  text(): string | undefined;
  /** Whether events are held back now. */
  readonly holding: boolean;
  /** Passes on the held events. */
  release(): Promise<void>;
}

/** @param onHeld Called for each event that is held back. */
export function holdRefusal(
  pass: (event: DecodedEvent) => void | Promise<void>,
  onHeld: () => void,
): HeldRefusal {
  let held: DecodedEvent[] | undefined;
  let bytes = 0;
  let failed = false;
  const release = async (): Promise<void> => {
    const events = held ?? [];
    held = undefined;
    for (const event of events) await pass(event);
  };
  return {
    onEvent(event) {
      if (event.type === 'start') {
        failed = event.statusCode === FAILED.status;
        if (failed || REFUSALS.includes(event.statusCode)) held = [];
      }
      if (held === undefined) return pass(event);
      held.push(event);
      onHeld();
      if (event.type === 'chunk') bytes += event.data.length;
      return bytes > MAX_HELD ? release() : undefined;
    },
    text() {
      if (held === undefined) return undefined;
      const parts = held.flatMap((event) => (event.type === 'chunk' ? [event.data] : []));
      const text = Buffer.concat(parts).toString();
      return failed && !FAILED.text.test(text) ? undefined : text;
    },
    get holding() {
      return held !== undefined;
    },
    release,
  };
}
