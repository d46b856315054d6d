import { ByteBuffer } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../src/common/errors.js';
import { MessageType } from '../../src/protocol/constants.js';
import { ExecuteRequest as PublicRequest } from '../../src/protocol/generated/ipc.js';
import type { ExecuteRequest, Message } from '../../src/protocol/messages.js';
import { encodeMessage } from '../support/protocol/encode-message.js';
import {
  messagesIn,
  type RecordedRequest,
  recordedBytes,
  recordings,
} from '../support/protocol/recordings.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const only = (file: string): Message => {
  const messages = messagesIn(recordedBytes(file));
  expect(messages).toHaveLength(1);
  const [message] = messages;
  if (message === undefined) throw new Error(`${file} holds no frame`);
  return message;
};

const request = (file: string): ExecuteRequest => {
  const message = only(file);
  if (message.type !== MessageType.ExecuteRequest) throw new Error(`${file} is not a request`);
  return message;
};

const requests = recordings.flatMap(
  ({ file, bytes, sends }): { file: string; bytes: number; sends: RecordedRequest }[] =>
    typeof sends === 'object' ? [{ file, bytes, sends }] : [],
);
const answers = recordings.filter(({ means }) => means !== undefined);

test('there are recordings in both directions', () => {
  expect(requests).toHaveLength(8);
  expect(answers).toHaveLength(9);
});

describe('a recorded request decodes to the sent values', () => {
  test.each(requests)('$file', ({ file, bytes, sends }) => {
    expect(recordedBytes(file)).toHaveLength(bytes);
    const { tenantId, workspaceId, traceId = '', ...payload } = sends;
    const message = request(file);
    expect(message).toMatchObject({
      tenantId,
      workspaceId,
      traceId,
      connectorName: 'http',
      operation: 'request',
    });
    expect(JSON.parse(text(message.payload))).toEqual(payload);
    // Unix time in ms, 20 s after the recording; ids there are times in ms too.
    expect(Number(message.deadlineAtMs - message.requestId)).toBeLessThan(21_000);
    expect(message.requestId).toBeGreaterThan(1_795_360_000_000n);
  });
});

describe('a recorded answer decodes to its values', () => {
  test.each(answers)('$file', ({ file, means }) => {
    const message = only(file);
    if (message.type !== MessageType.ExecuteResponse || means === undefined) throw new Error('no answer');
    if (typeof means === 'string') {
      expect(message).toMatchObject({ requestId: 0n, errorClass: ErrorClass.InvalidRequest });
    } else if ('error' in means) {
      expect(message.errorMessage).toBe(means.error);
      expect(ErrorClass[message.errorClass]).toBe(means.errorClass);
      expect(message.payload).toHaveLength(0);
    } else {
      expect(message).toMatchObject({ errorClass: ErrorClass.Success, errorMessage: '' });
      const answer = JSON.parse(text(message.payload));
      expect(answer.status_code).toBe(means.status);
      // Long bodies are compared by their beginning.
      expect(answer.body.slice(0, means.body.length)).toBe(means.body);
    }
    if (typeof means !== 'string') {
      expect(message.requestId).toBe(request(file.replace('response', 'request')).requestId);
      expect(message.durationUs).toBeGreaterThan(0);
    }
  });
});

test('the recorded health check is an empty frame, as this SDK sends', () => {
  const frame = encodeMessage({ type: MessageType.HealthCheck });
  expect(frame.equals(recordedBytes('health-unsupported.request.bin'))).toBe(true);
});

describe("a reader with the public schema reads this SDK's request correctly", () => {
  test.each(requests)('$file', ({ file }) => {
    const message = request(file);
    const frame = encodeMessage(message);
    const read = PublicRequest.getRootAsExecuteRequest(new ByteBuffer(new Uint8Array(frame.subarray(5))));
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
    expect(frame[4]).toBe(0);
    expect(read.requestId()).toBe(message.requestId);
    expect(read.tenantId()).toBe(message.tenantId);
    expect(read.workspaceId()).toBe(message.workspaceId);
    expect(read.traceId() ?? '').toBe(message.traceId);
    expect(read.connectorName()).toBe('http');
    expect(read.operation()).toBe('request');
    expect(read.deadlineAtMs()).toBe(message.deadlineAtMs);
    expect(read.payloadArray()).toEqual(message.payload);
    expect(read.headersLength()).toBe(0);
  });
});
