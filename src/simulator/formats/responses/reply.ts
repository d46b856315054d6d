import type { Answer } from '../../chat/answer.js';
import { choiceOf, longest, type Token } from '../../chat/answer-tokens.js';
import type { ChatRequest } from '../../chat/chat-request.js';
import { textFrame } from '../../chat/frames.js';
import { type Frame, jsonAnswer, type Reply, streamedAnswer } from '../../chat/reply.js';
import type { Schedule } from '../../timing/timing.js';
import { namedEvent } from '../sse.js';
import { type OutputItem, outputOf, responseObject } from './response-object.js';

/** Returns the reply with the answer in the format of OpenAI's Responses API, with the time of each part. */
export function responsesReply(answer: Answer, schedule: Schedule, { stream }: ChatRequest): Reply {
  const output = finishedOutput(answer);
  const status = answer.choices[0]?.finishReason === 'length' ? 'incomplete' : 'completed';
  const finished = (): unknown => responseObject(answer, status, output);
  const tokens = answer.usage.completion_tokens;
  if (!stream) return jsonAnswer(finished, longest(answer.choices), tokens, schedule);
  const frames = responseFrames(answer, schedule, output, { type: `response.${status}`, response: finished });
  return streamedAnswer(frames, tokens, schedule);
}

function finishedOutput({ identity, choices }: Answer): OutputItem[] {
  const [choice] = choices;
  const key = identity.id.slice(identity.id.indexOf('_') + 1);
  return choice === undefined ? [] : outputOf(choice, (prefix, index) => `${prefix}_${key}${index}`);
}

/** Yields the events in OpenAI's order. `sequence_number` counts them from 0. */
function* responseFrames(
  answer: Answer,
  schedule: Schedule,
  output: readonly OutputItem[],
  last: { type: string; response: () => unknown },
): Generator<Frame> {
  let sequence = 0;
  const event = (type: string, members: object): string => {
    const text = namedEvent({ type, sequence_number: sequence, ...members });
    sequence += 1;
    return text;
  };
  const begun = responseObject(answer, 'in_progress', []);
  yield textFrame(
    schedule.headersMs,
    event('response.created', { response: begun }) + event('response.in_progress', { response: begun }),
  );
  let atMs = schedule.firstMs;
  const all = answer.choices[0]?.tokens ?? [];
  for (const { kind } of all) if (kind === 'hidden') atMs = schedule.next();
  for (const [index, { item, tokens }] of withTokens(output, answer).entries()) {
    const events = itemEvents(item, index);
    let opening = events.opening.map(([type, members]) => event(type, members)).join('');
    for (const token of tokens) {
      atMs = schedule.next();
      const text = token.kind === 'call' ? '' : event(events.deltaType, { ...events.at, delta: token.text });
      const bytes = opening + text;
      opening = '';
      yield { atMs, tokens: 1, bytes: () => bytes };
    }
    const closing = events.closing.map(([type, members]) => event(type, members)).join('');
    yield textFrame(atMs, opening + closing);
  }
  yield textFrame(atMs, event(last.type, { response: last.response() }));
}

/** Returns each item with its tokens. */
function withTokens(
  output: readonly OutputItem[],
  { choices: [choice] }: Answer,
): { item: OutputItem; tokens: Token[] }[] {
  const all = choice?.tokens ?? [];
  const { calls } = choice === undefined ? { calls: [] } : choiceOf(choice);
  return output.map((item) => {
    const ofItem = (token: Token): boolean => {
      if (item.type === 'reasoning') return token.kind === 'reasoning';
      if (item.type === 'message') return token.kind === 'text';
      const call = calls.findIndex(({ id }) => id === item.call_id);
      return (token.kind === 'call' || token.kind === 'arguments') && token.index === call;
    };
    return { item, tokens: all.filter(ofItem) };
  });
}

type Event = readonly [type: string, members: object];

/** Returns the events before and after the deltas of one item, and the event for a delta. */
function itemEvents(
  item: OutputItem,
  output_index: number,
): { opening: Event[]; deltaType: string; at: object; closing: Event[] } {
  const added = (begun: object): Event => ['response.output_item.added', { output_index, item: begun }];
  const done: Event = ['response.output_item.done', { output_index, item }];
  const at = { item_id: item.id, output_index };
  switch (item.type) {
    case 'reasoning': {
      const position = { ...at, summary_index: 0 };
      const [part] = item.summary;
      const text = part?.text ?? '';
      return {
        opening: [
          added({ ...item, summary: [] }),
          [
            'response.reasoning_summary_part.added',
            { ...position, part: { type: 'summary_text', text: '' } },
          ],
        ],
        deltaType: 'response.reasoning_summary_text.delta',
        at: position,
        closing: [
          ['response.reasoning_summary_text.done', { ...position, text }],
          ['response.reasoning_summary_part.done', { ...position, part }],
          done,
        ],
      };
    }
    case 'message': {
      const position = { ...at, content_index: 0 };
      const [part] = item.content;
      const text = part?.text ?? '';
      return {
        opening: [
          added({ ...item, status: 'in_progress', content: [] }),
          ['response.content_part.added', { ...position, part: { ...part, text: '' } }],
        ],
        deltaType: 'response.output_text.delta',
        at: { ...position, logprobs: [] },
        closing: [
          ['response.output_text.done', { ...position, text, logprobs: [] }],
          ['response.content_part.done', { ...position, part }],
          done,
        ],
      };
    }
    case 'function_call':
      return {
        opening: [added({ ...item, status: 'in_progress', arguments: '' })],
        deltaType: 'response.function_call_arguments.delta',
        at,
        closing: [
          ['response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments }],
          done,
        ],
      };
  }
}
