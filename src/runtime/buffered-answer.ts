import { isUtf8 } from 'node:buffer';
import { ConnectorException, ErrorClass } from '../errors.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../protocol/constants.js';
import { encodeMessage } from '../protocol/encode.js';
import type { HeaderList } from '../protocol/messages.js';
import type { Answer, Ending, Outlet } from './answer.js';
import type { ResponseHead } from './transport.js';

const { MAX_PAYLOAD_SIZE } = PROTOCOL_CONSTANTS;
/** What an ExecuteResponse needs besides its payload. */
const FRAMING_BYTES = 64;

/** Answers operation `request`: the whole response in one ExecuteResponse, of 10 MiB at most. */
export function createBufferedAnswer(requestId: bigint, outlet: Outlet): Answer {
  const chunks: Uint8Array[] = [];
  let head: ResponseHead = { statusCode: 0, headers: [] };
  let bytes = 0;

  const respond = (
    errorClass: ErrorClass,
    errorMessage: string,
    payload: Uint8Array,
    durationUs: number,
  ): void => {
    const type = MessageType.ExecuteResponse;
    outlet.send(encodeMessage({ type, requestId, errorClass, errorMessage, payload, durationUs }));
  };

  const endingOf = (ending: Ending): { errorClass: ErrorClass; message: string; payload: Buffer } => {
    const none = Buffer.alloc(0);
    if (ending.outcome === 'cancelled') {
      return { errorClass: ErrorClass.Transient, message: 'cancelled by the client', payload: none };
    }
    if (ending.outcome === 'failed') {
      return { errorClass: ending.failure.errorClass, message: ending.failure.message, payload: none };
    }
    const payload = payloadOf(head, Buffer.concat(chunks));
    if (payload.length + FRAMING_BYTES <= MAX_PAYLOAD_SIZE) {
      return { errorClass: ErrorClass.Success, message: '', payload };
    }
    const failure = tooLarge();
    return { errorClass: failure.errorClass, message: failure.message, payload: none };
  };

  return {
    kind: 'request',
    get statusCode() {
      return head.statusCode === 0 ? undefined : head.statusCode;
    },
    get bytes() {
      return bytes;
    },
    onHead(received) {
      head = received;
    },
    onData(chunk) {
      bytes += chunk.length;
      if (bytes > MAX_PAYLOAD_SIZE) throw tooLarge();
      chunks.push(chunk);
    },
    end(ending, timeline) {
      const { errorClass, message, payload } = endingOf(ending);
      respond(errorClass, message, payload, timeline.elapsedUs());
    },
    grant() {},
    updateFlow() {},
  };
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

/** One value a name; repeated ones are joined as RFC 9110, 5.3 says. */
function joined(headers: HeaderList): Record<string, string> {
  // Without a prototype, any name is just a name.
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
    `the answer is over the limit of ${MAX_PAYLOAD_SIZE} bytes for operation "request"; use "stream", which has none`,
    ErrorClass.Permanent,
    0,
    { hop: 'daemon' },
  );
}
