import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader } from '../../../src/protocol/frame.js';
import type { Message } from '../../../src/protocol/messages.js';

/** A recorded frame of the public SDK or daemon, and its meaning. */
export interface Recording {
  file: string;
  bytes: number;
  sends?: RecordedRequest | string;
  means?: { status: number; body: string } | { error: string; errorClass: string } | string;
}

export interface RecordedRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  traceId?: string;
  tenantId: string;
  workspaceId: string;
}

const folder = join(import.meta.dirname, '../../fixtures/wire');

export const recordings: Recording[] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

export function recordedBytes(file: string): Buffer {
  return readFileSync(join(folder, file));
}

/** The frames in some bytes, decoded. */
export function messagesIn(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  createFrameReader((type, payload) => messages.push(decodeMessage(type, payload))).feed(bytes);
  return messages;
}
