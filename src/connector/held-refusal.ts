import { parseJson, recordOf } from '../common/json.js';
import { withoutFraming } from '../sdk/chat/errors/framed-body.js';
import { errorEventOf } from '../sdk/chat/errors/reported-error.js';
import { unwrapped } from '../sdk/chat/events/chunk-forms.js';
import type { DecodedEvent } from './decoded-events.js';

/** Statuses with which providers refuse a member of a request. */
const REFUSALS: readonly number[] = [400, 422];
/** Some servers in Python fail on a member that they don't know, with this text. */
const FAILED = { status: 500, text: /unexpected keyword argument/i };
/** Matches members of a request that `adaptBody` omits or renames. */
const ADAPTABLE = /stream_options|include_usage|max_(?:completion_)?tokens/;
/** Largest refusal that is held back, in bytes. */
const MAX_HELD = 65_536;

/**
 * Holds back the events of a refusal until the caller decides whether to send the request again. The head of a response
 * with status 200 passes at once.
 */
export interface HeldRefusal {
  onEvent(event: DecodedEvent): void | Promise<void>;
  /** Returns the refusal's body; undefined when the response is not a refusal or is too long. */
  text(): string | undefined;
  /** Whether events are held back now. */
  readonly holding: boolean;
  /** Passes on the held events. */
  release(): Promise<void>;
}

/** Whether a body with status 200 begins with an error that names a member of the request, and not with an answer. */
export function isRefusalIn200(start: Uint8Array): boolean {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, MAX_HELD)).toString();
  if (!ADAPTABLE.test(text)) return false;
  const data = withoutFraming(text).trim();
  const whole = parseJson(data);
  const first = whole ?? parseJson(data.split('\n', 1)[0] ?? '');
  const name = /^event:[ \t]*(\w+)/m.exec(text)?.[1];
  if (errorEventOf(first, name) !== undefined) return true;
  const body = recordOf(whole);
  const { detail, message, output, content, result } = body;
  // A gateway's own object around an answer can have a message, too, such as "success".
  const { choices } = unwrapped(body);
  if ([choices, output, content, result].some((one) => one !== undefined)) return false;
  return [detail, message].some((one) => typeof one === 'string' || Array.isArray(one));
}

/** @param onHeld Called for each event that is held back. */
export function holdRefusal(
  pass: (event: DecodedEvent) => void | Promise<void>,
  onHeld: () => void,
): HeldRefusal {
  let held: DecodedEvent[] | undefined;
  let bytes = 0;
  let failed = false;
  /** Whether the next chunk is the first one of a body with status 200. */
  let first = false;
  const release = async (): Promise<void> => {
    const events = held ?? [];
    held = undefined;
    for (const event of events) await pass(event);
  };
  return {
    onEvent(event) {
      if (event.type === 'start') {
        failed = event.statusCode === FAILED.status;
        first = event.statusCode === 200;
        if (failed || REFUSALS.includes(event.statusCode)) held = [];
      } else if (first && event.type === 'chunk' && event.data.length > 0) {
        first = false;
        if (isRefusalIn200(event.data)) held = [];
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
