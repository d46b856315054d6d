import { type LimitTimer, startLimit } from '../../common/time/limit-timer.js';
import { decodedStart } from '../../content/decoded-body.js';
import { headerValue } from '../../protocol/header-value.js';
import type { Flow, ResponseHead, ResponseSink } from '../upstream/transport.js';

/** The most bytes of an error response that are read before the retry decision. */
const MAX_BYTES = 16 * 1024;
/** The most bytes of the decoded start of an error response. */
const MAX_DECODED_BYTES = 1024 * 1024;
/** How long to wait for that start after the headers, in ms. */
const MAX_WAIT_MS = 1000;

/** A sink that withholds a response until the start of the body has arrived, or for `MAX_WAIT_MS` at most. */
export interface PeekedBody {
  /** Whether a response is withheld now. */
  readonly withholding: boolean;
  withhold(head: ResponseHead, flow: Flow): void;
  onData(bytes: Uint8Array): void;
  /** Call this when the response has ended: the decision then uses the bytes received so far. */
  end(): void;
  /** Call this when the request is over, however it ended. */
  stopTimer(): void;
}

/**
 * Creates a sink that withholds responses when `withhold` is called, and else passes bytes on to `sink`.
 * @param decide receives the head and the start of the body, and returns the head to pass on. When it throws, the
 * request ends with that error and without the response.
 */
export function peekBody(
  sink: ResponseSink,
  decide: (head: ResponseHead, body: string) => ResponseHead,
): PeekedBody {
  let held: { head: ResponseHead; flow: Flow; parts: Uint8Array[]; bytes: number } | undefined;
  let timer: LimitTimer | undefined;
  const pass = (): void => {
    if (held === undefined) return;
    const { head, flow, parts } = held;
    held = undefined;
    timer?.clear();
    sink.onHead(decide(head, startOf(head, Buffer.concat(parts))), flow);
    for (const part of parts) sink.onData(part);
  };
  return {
    get withholding() {
      return held !== undefined;
    },
    withhold(head, flow) {
      held = { head, flow, parts: [], bytes: 0 };
      timer = startLimit(MAX_WAIT_MS, () => {
        try {
          pass();
        } catch (error) {
          flow.abort(error instanceof Error ? error : new Error(String(error)));
        }
      });
    },
    onData(bytes) {
      if (held === undefined) {
        sink.onData(bytes);
        return;
      }
      held.parts.push(bytes);
      held.bytes += bytes.length;
      if (held.bytes >= MAX_BYTES) pass();
    },
    end: pass,
    stopTimer: () => timer?.clear(),
  };
}

/** Decodes the start of the body for the decision. The body itself is passed on unchanged. */
function startOf({ headers }: ResponseHead, body: Buffer): string {
  const coding = headerValue(headers, 'content-encoding') ?? '';
  return decodedStart(body, coding, MAX_DECODED_BYTES).toString('utf8', 0, MAX_BYTES);
}
