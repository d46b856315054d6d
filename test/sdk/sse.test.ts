import { describe, expect, test } from 'vitest';
import { ConnectorException, SSEParser } from '../../src/sdk/index.js';
import { messagesIn, recordedBytes } from '../support/protocol/recordings.js';

const event = (content: string): string => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`;
const ERROR = 'data: {"error":{"message":"overloaded"}}\n\n';

const piecesOf = async (text: string, onMalformed?: (data: string) => void): Promise<string[]> => {
  const pieces: string[] = [];
  for await (const piece of SSEParser.parseStreamAsync(text, onMalformed)) pieces.push(piece);
  return pieces;
};

describe('SSEParser.parseStream', () => {
  test('returns the whole text', () => {
    expect(SSEParser.parseStream(`${event('Hel')}${event('lo')}data: [DONE]\n\n`)).toBe('Hello');
    expect(SSEParser.parseStream('')).toBe('');
  });

  test('reads an answer recorded from the public daemon', () => {
    const [message] = messagesIn(recordedBytes('sse-buffered.response.bin'));
    if (message === undefined || !('payload' in message)) throw new Error('no answer');
    const { body } = JSON.parse(Buffer.from(message.payload).toString());
    expect(SSEParser.parseStream(body)).toBe('tok0 tok1 tok2 ');
  });

  test('accepts any line end, and a colon without a space', () => {
    const text = event('Hel') + event('lo');
    for (const ending of ['\r\n', '\r'])
      expect(SSEParser.parseStream(text.replaceAll('\n', ending))).toBe('Hello');
    expect(SSEParser.parseStream(text.replaceAll('data: ', 'data:'))).toBe('Hello');
  });

  test('throws an error in the stream', () => {
    expect(() => SSEParser.parseStream(event('a') + ERROR)).toThrow(ConnectorException);
    expect(() => SSEParser.parseStream(event('a') + ERROR)).toThrow('overloaded');
  });

  test('throws on a malformed event, or calls the listener and continues', () => {
    const text = `${event('a')}data: {oops\n\n${event('b')}`;
    expect(() => SSEParser.parseStream(text)).toThrow('{oops');
    const malformed: string[] = [];
    expect(SSEParser.parseStream(text, (data) => malformed.push(data))).toBe('ab');
    expect(malformed).toEqual(['{oops']);
  });
});

describe('SSEParser.parseChunk', () => {
  test.each([event('a'), event('a').trimEnd(), 'data:{"choices":[{"delta":{"content":"a"}}]}\r\n\r\n'])(
    'returns the text of %j',
    (text) => {
      expect(SSEParser.parseChunk(text)).toBe('a');
    },
  );

  test.each(['data: [DONE]\n\n', ': ping\n\n', '', 'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n'])(
    'returns null for %j',
    (text) => {
      expect(SSEParser.parseChunk(text)).toBeNull();
    },
  );

  test('throws for an error, and for malformed data', () => {
    expect(() => SSEParser.parseChunk(ERROR)).toThrow('overloaded');
    expect(() => SSEParser.parseChunk('data: {oops')).toThrow('{oops');
  });
});

describe('SSEParser.parseStreamAsync', () => {
  test('yields the pieces as they were sent', async () => {
    expect(await piecesOf(`${event('Hel')}${event('lo')}data: [DONE]\n\n`)).toEqual(['Hel', 'lo']);
  });

  test('yields the events before an error, then throws it', async () => {
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of SSEParser.parseStreamAsync(event('a') + ERROR + event('b')))
        pieces.push(piece);
    })();
    await expect(reading).rejects.toThrow('overloaded');
    expect(pieces).toEqual(['a']);
  });
});
