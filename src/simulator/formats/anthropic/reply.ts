import { parseJson } from '../../../common/json.js';
import type { Answer } from '../../chat/answer.js';
import { type ChoiceTokens, choiceOf, isSent, longest, type SentToken } from '../../chat/answer-tokens.js';
import type { ChatRequest } from '../../chat/chat-request.js';
import { textFrame } from '../../chat/frames.js';
import { type Frame, jsonAnswer, type Reply, streamedAnswer } from '../../chat/reply.js';
import type { Schedule } from '../../timing/timing.js';
import { namedEvent } from '../sse.js';

/** Returns the reply with the answer in the format of Anthropic's Messages API, with the time of each part. */
export function anthropicReply(answer: Answer, schedule: Schedule, { stream }: ChatRequest): Reply {
  const tokens = answer.usage.completion_tokens;
  if (!stream) return jsonAnswer(() => wholeMessage(answer), longest(answer.choices), tokens, schedule);
  const frames = messageFrames(answer, schedule);
  return streamedAnswer(frames, tokens, schedule);
}

/** Stands for a real signature: an opaque text that the client sends back. */
const SIGNATURE = 'c2ltdWxhdGVkIHNpZ25hdHVyZQ==';

function message({ identity, usage }: Answer, members: object, outputTokens: number): unknown {
  return {
    id: identity.id,
    type: 'message',
    role: 'assistant',
    model: identity.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...members,
    usage: {
      input_tokens: usage.prompt_tokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: usage.prompt_tokens_details.cached_tokens,
      output_tokens: outputTokens,
      service_tier: 'standard',
    },
  };
}

function wholeMessage(answer: Answer): unknown {
  const [choice] = answer.choices;
  if (choice === undefined) return message(answer, {}, 0);
  const { reasoning, text, calls } = choiceOf(choice);
  const content = [
    ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: SIGNATURE }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ id, name, arguments: input }) => ({
      type: 'tool_use',
      id: toolId(id),
      name,
      input: inputOf(input),
    })),
  ];
  return message(answer, { content, ...stopOf(choice) }, answer.usage.completion_tokens);
}

function stopOf({ finishReason, stoppedBy, tokens }: ChoiceTokens): {
  stop_reason: string;
  stop_sequence: string | null;
} {
  const called = tokens.some(({ kind }) => kind === 'call');
  const reason = finishReason === 'length' ? 'max_tokens' : called ? 'tool_use' : 'end_turn';
  return stoppedBy === undefined
    ? { stop_reason: reason, stop_sequence: null }
    : { stop_reason: 'stop_sequence', stop_sequence: stoppedBy };
}

function toolId(id: string): string {
  return id.replace(/^call_/, 'toolu_');
}

/** Yields the events in Anthropic's order. Usage is cumulative, so the last one counts. */
function* messageFrames(answer: Answer, schedule: Schedule): Generator<Frame> {
  const [choice] = answer.choices;
  yield textFrame(
    schedule.headersMs,
    namedEvent({ type: 'message_start', message: message(answer, {}, 1) }) + namedEvent({ type: 'ping' }),
  );
  let atMs = schedule.firstMs;
  let index = -1;
  let open: string | undefined;
  for (const token of choice?.tokens ?? []) {
    atMs = schedule.next();
    if (!isSent(token)) continue;
    const key = blockKey(token);
    let bytes = '';
    if (key !== open) {
      if (open !== undefined) bytes += blockEnd(index, open);
      index += 1;
      open = key;
      bytes += namedEvent({ type: 'content_block_start', index, content_block: blockStart(token) });
    }
    const delta = deltaOf(token);
    if (delta !== undefined) bytes += namedEvent({ type: 'content_block_delta', index, delta });
    yield { atMs, tokens: 1, bytes: () => bytes };
  }
  if (open !== undefined) yield textFrame(atMs, blockEnd(index, open));
  const usage = { output_tokens: answer.usage.completion_tokens };
  const delta = choice === undefined ? {} : stopOf(choice);
  yield textFrame(atMs, namedEvent({ type: 'message_delta', delta, usage }));
  yield textFrame(atMs, namedEvent({ type: 'message_stop' }));
}

/** Parses a call's arguments. They are not JSON if the token limit cut them off. */
function inputOf(text: string): unknown {
  return parseJson(text) ?? {};
}

/** Consecutive tokens with the same key form one content block. */
function blockKey(token: SentToken): string {
  return token.kind === 'call' || token.kind === 'arguments' ? `call ${token.index}` : token.kind;
}

function blockStart(token: SentToken): object {
  switch (token.kind) {
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'text':
      return { type: 'text', text: '' };
    case 'call':
      return { type: 'tool_use', id: toolId(token.id), name: token.name, input: {} };
    case 'arguments':
      return {};
  }
}

function deltaOf(token: SentToken): object | undefined {
  switch (token.kind) {
    case 'reasoning':
      return { type: 'thinking_delta', thinking: token.text };
    case 'text':
      return { type: 'text_delta', text: token.text };
    case 'call':
      return undefined;
    case 'arguments':
      return { type: 'input_json_delta', partial_json: token.text };
  }
}

function blockEnd(index: number, key: string): string {
  const signed =
    key === 'reasoning'
      ? namedEvent({
          type: 'content_block_delta',
          index,
          delta: { type: 'signature_delta', signature: SIGNATURE },
        })
      : '';
  return signed + namedEvent({ type: 'content_block_stop', index });
}
