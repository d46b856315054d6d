import { isUtf8 } from 'node:buffer';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../../protocol/constants.js';
import { encodeDaemonMessage } from '../../protocol/encode-daemon.js';
import type { ExecuteResponse, HeaderList } from '../../protocol/messages.js';
import type { ResponseHead } from '../upstream/transport.js';
import type { Answer, Ending, Outlet } from './answer.js';
import type { BufferedBytes, ByteCounter } from './buffered-bytes.js';

const { MAX_PAYLOAD_SIZE } = PROTOCOL_CONSTANTS;
/** An upper bound for the fields of an ExecuteResponse other than its payload. */
const FRAMING_BYTES = 256;
const NO_HEAD: ResponseHead = { statusCode: 0, headers: [] };

/** Creates the answer for operation `request`: the whole response in one ExecuteResponse of at most 10 MiB. */
export function createBufferedAnswer(requestId: bigint, outlet: Outlet, buffered: BufferedBytes): Answer {
  let chunks: Uint8Array[] = [];
  let head: ResponseHead = NO_HEAD;
  let bytes = 0;
  let counter: ByteCounter | undefined;

  const resultOf = (ending: Ending): Result => {
    if (ending.outcome === 'cancelled') return CANCELLED;
    if (ending.outcome === 'failed') return failed(ending.failure);
    const payload = payloadOf(head, joinedBytes(chunks));
    return payload.length + FRAMING_BYTES <= MAX_PAYLOAD_SIZE
      ? { errorClass: ErrorClass.Success, errorMessage: '', payload }
      : failed(tooLarge());
  };

  return {
    kind: 'request',
    get statusCode() {
      return head.statusCode === 0 ? undefined : head.statusCode;
    },
    get bytes() {
      return bytes;
    },
    untouched: true,
    onRetry() {
      counter?.release();
      chunks = [];
      head = NO_HEAD;
      bytes = 0;
    },
    onHead(received, flow) {
      head = received;
      counter = buffered.register(flow);
    },
    onData(chunk) {
      bytes += chunk.length;
      if (bytes > MAX_PAYLOAD_SIZE) throw tooLarge();
      chunks.push(chunk);
      counter?.add(chunk.length);
    },
    end(ending, timeline) {
      const type = MessageType.ExecuteResponse;
      const { timings } = timeline;
      const durationUs = timeline.elapsedUs();
      outlet.send(encodeDaemonMessage({ type, requestId, durationUs, timings, ...resultOf(ending) }));
      chunks = [];
      counter?.release();
    },
    grant() {},
    updateFlow() {},
  };
}

type Result = Pick<
  ExecuteResponse,
  'errorClass' | 'errorMessage' | 'payload' | 'retryAfterMs' | 'hop' | 'code'
>;

const NOTHING = Buffer.alloc(0);
const CANCELLED: Result = {
  errorClass: ErrorClass.Transient,
  errorMessage: 'cancelled by the client',
  payload: NOTHING,
};

function failed({ errorClass, message, retryAfterMs, hop, code }: ConnectorException): Result {
  return {
    errorClass,
    errorMessage: message,
    payload: NOTHING,
    hop,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function joinedBytes(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks;
  if (only === undefined || chunks.length > 1) return Buffer.concat(chunks);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}

function payloadOf(head: ResponseHead, body: Buffer): Buffer {
  const text = isUtf8(body);
  return Buffer.from(
    JSON.stringify({
      status_code: head.statusCode,
      headers: joined(head.headers),
      body: body.toString(text ? 'utf8' : 'base64'),
      ...(!text && { body_encoding: 'base64' }),
    }),
  );
}

/** Returns one value for each name. Repeated headers are joined with commas (RFC 9110, section 5.3). */
function joined(headers: HeaderList): Record<string, string> {
  // An object without a prototype can hold any header name, `__proto__` among them.
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const before = values[lower];
    values[lower] = before === undefined ? value : `${before}, ${value}`;
  }
  return values;
}

function tooLarge(): ConnectorException {
  return new ConnectorException(
    `use operation "stream": the response exceeds the limit of ${MAX_PAYLOAD_SIZE} bytes for operation "request"`,
    ErrorClass.Permanent,
    0,
    { hop: 'daemon' },
  );
}
