import { sseEvents } from './upstream.js';

/** The forms in which endpoints stream, with what their requests are sent to. */
export const WIRE_FORMATS = [
  ['chat-completions', '/chat/completions'],
  ['responses', '/responses'],
  ['anthropic', '/messages'],
] as const;
export type WireFormatName = (typeof WIRE_FORMATS)[number][0];

/** What an answer's stream brings in one event. `unreadable`: content of a form that nothing reads. */
export type Brought = { text: string } | { reasoning: string } | { call: string } | { unreadable: object };

/** The events of an answer that brings this, from its beginning to a known good end, in this wire format. */
export function answerIn(format: WireFormatName, brings: readonly Brought[]): string[] {
  const events = { 'chat-completions': completion, responses: response, anthropic: message }[format](brings);
  return sseEvents(...events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))));
}

const NAMED = { id: 'call_1', name: 'look' };

function completion(brings: readonly Brought[]): (object | string)[] {
  const calling = brings.some((one) => 'call' in one);
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  });
  let begun = false;
  const deltas = brings.map((one) => {
    if ('text' in one) return chunk({ content: one.text });
    if ('reasoning' in one) return chunk({ reasoning_content: one.reasoning });
    if ('unreadable' in one) return chunk({ content: [one.unreadable] });
    const first = begun ? {} : { id: NAMED.id, type: 'function' };
    const name = begun ? {} : { name: NAMED.name };
    begun = true;
    return chunk({ tool_calls: [{ index: 0, ...first, function: { ...name, arguments: one.call } }] });
  });
  return [...deltas, chunk({}, calling ? 'tool_calls' : 'stop'), '[DONE]'];
}

function response(brings: readonly Brought[]): object[] {
  const of = { item_id: 'i', output_index: 0 };
  const call = { type: 'function_call', id: 'f', call_id: NAMED.id, name: NAMED.name, arguments: '' };
  const calling = brings.some((one) => 'call' in one);
  const deltas = brings.map((one) => {
    if ('text' in one) return { type: 'response.output_text.delta', ...of, delta: one.text };
    if ('reasoning' in one)
      return { type: 'response.reasoning_summary_text.delta', ...of, delta: one.reasoning };
    if ('unreadable' in one) return { type: 'response.output_text.delta', ...of, delta: [one.unreadable] };
    return { type: 'response.function_call_arguments.delta', item_id: 'f', output_index: 1, delta: one.call };
  });
  return [
    { type: 'response.created', response: { model: 'm', status: 'in_progress', output: [] } },
    ...(calling ? [{ type: 'response.output_item.added', output_index: 1, item: call }] : []),
    ...deltas,
    { type: 'response.completed', response: { model: 'm', status: 'completed', output: [] } },
  ];
}

function message(brings: readonly Brought[]): object[] {
  const calling = brings.some((one) => 'call' in one);
  const delta = (index: number, of: object): object => ({ type: 'content_block_delta', index, delta: of });
  const block = (index: number, content_block: object): object => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const deltas = brings.map((one) => {
    if ('text' in one) return delta(1, { type: 'text_delta', text: one.text });
    if ('reasoning' in one) return delta(0, { type: 'thinking_delta', thinking: one.reasoning });
    if ('unreadable' in one) return delta(1, one.unreadable);
    return delta(2, { type: 'input_json_delta', partial_json: one.call });
  });
  return [
    { type: 'message_start', message: { type: 'message', model: 'm', content: [], stop_reason: null } },
    block(0, { type: 'thinking', thinking: '' }),
    block(1, { type: 'text', text: '' }),
    ...(calling ? [block(2, { type: 'tool_use', ...NAMED, input: {} })] : []),
    ...deltas,
    { type: 'message_delta', delta: { stop_reason: calling ? 'tool_use' : 'end_turn' } },
    { type: 'message_stop' },
  ];
}
