import { expect, test } from 'vitest';
import { otherServer } from '../../../src/commands/composition/other-server.js';
import { createChatStream } from '../../../src/sdk/index.js';
import { answerOf } from '../../support/chat/chat-ports.js';

/** The error's message for the answer of another program at the simulator's address. */
const messageFor = (statusCode: number, body: string, port: number): string | undefined => {
  const stream = createChatStream({ statusCode, contentType: 'application/json' });
  stream.feed(Buffer.from(body));
  const { outcome, error } = stream.end({ kind: 'closed' });
  const answer = answerOf({ outcome, ...(error !== undefined && { error }) });
  return otherServer(answer, `http://127.0.0.1:${port}`).error?.message;
};

test('a refusal by another program at the simulator’s address advises another port that exists', () => {
  const notFound = '{"detail":"Not Found"}';
  expect(messageFor(404, notFound, 8000)).toMatch(
    /^use another port for the simulator, for example with --base-url http:\/\/127\.0\.0\.1:8001, because another program uses 127\.0\.0\.1:8000: .*Not Found/,
  );
  expect(messageFor(404, notFound, 65_535)).toMatch(/--base-url http:\/\/127\.0\.0\.1:65534,/);
});

test('a temporary failure of that program keeps its own message', () => {
  expect(messageFor(503, '{"error":{"message":"loading the model"}}', 8000)).not.toMatch(/another port/);
});
