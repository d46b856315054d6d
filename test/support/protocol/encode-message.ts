import { MessageType } from '../../../src/protocol/constants.js';
import { encodeClientMessage } from '../../../src/protocol/encode-client.js';
import { encodeDaemonMessage } from '../../../src/protocol/encode-daemon.js';
import type { Message } from '../../../src/protocol/messages.js';

/** Encodes a message of either side, because a test may play both. */
export function encodeMessage(message: Message): Buffer {
  switch (message.type) {
    case MessageType.HealthCheck:
    case MessageType.ExecuteRequest:
    case MessageType.CreditUpdate:
    case MessageType.Cancel:
      return encodeClientMessage(message);
    default:
      return encodeDaemonMessage(message);
  }
}
