import { sseEvents } from './upstream.js';

/** The wire formats, with the paths of their requests. */
export const WIRE_FORMATS = [
  ['chat-completions', '/chat/completions'],
  ['responses', '/responses'],
  ['anthropic', '/messages'],
] as const;
export type WireFormatName = (typeof WIRE_FORMATS)[number][0];

/** The content of one event. `unreadable`: content in an unknown form. */
export type EventContent =
  | { text: string }
  | { reasoning: string }
  | { call: string }
  | { unreadable: object };

/** The ending of an answer: a finish reason of chat completions, an error, or no event. */
export type AnswerEnding = { finish: string; mark?: boolean } | { error: string } | 'nothing';

/** The events of an answer with this content, from its beginning to its end, in this wire format. */
export function answerIn(
  format: WireFormatName,
  contents: readonly EventContent[],
  ending: AnswerEnding = { finish: contents.some((one) => 'call' in one) ? 'tool_calls' : 'stop' },
): string[] {
  const events = { 'chat-completions': completion, responses: response, anthropic: message }[format](
    contents,
    ending,
  );
  return sseEvents(...events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))));
}

/** The answer as one JSON text, only with texts. */
export function wholeIn(
  format: WireFormatName,
  contents: readonly { text: string }[],
  ending: AnswerEnding,
): string {
  const text = contents.map((one) => one.text).join('');
  if (ending === 'nothing') return '';
  if ('error' in ending) return JSON.stringify({ error: { message: ending.error, type: 'server_error' } });
  const { finish } = ending;
  const whole = {
    'chat-completions': {
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: finish }],
    },
    responses: {
      ...endOfResponse(finish),
      output: text === '' ? [] : [{ type: 'message', content: [{ type: 'output_text', text }] }],
    },
    anthropic: {
      type: 'message',
      content: text === '' ? [] : [{ type: 'text', text }],
      stop_reason: STOP_REASONS[finish] ?? finish,
    },
  }[format];
  return JSON.stringify(whole);
}

const NAMED = { id: 'call_1', name: 'look' };
const STOP_REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
};

function completion(contents: readonly EventContent[], ending: AnswerEnding): (object | string)[] {
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  });
  let begun = false;
  const deltas = contents.map((one) => {
    if ('text' in one) return chunk({ content: one.text });
    if ('reasoning' in one) return chunk({ reasoning_content: one.reasoning });
    if ('unreadable' in one) return chunk({ content: [one.unreadable] });
    const first = begun ? {} : { id: NAMED.id, type: 'function' };
    const name = begun ? {} : { name: NAMED.name };
    begun = true;
    return chunk({ tool_calls: [{ index: 0, ...first, function: { ...name, arguments: one.call } }] });
  });
  if (ending === 'nothing') return deltas;
  if ('error' in ending) return [...deltas, { error: { message: ending.error, type: 'server_error' } }];
  return [...deltas, chunk({}, ending.finish), ...(ending.mark === false ? [] : ['[DONE]'])];
}

function endOfResponse(finish: string): object {
  const common = { object: 'response', model: 'm', output: [] };
  if (finish === 'stop' || finish === 'tool_calls') return { ...common, status: 'completed' };
  const reason = finish === 'length' ? 'max_output_tokens' : finish;
  return { ...common, status: 'incomplete', incomplete_details: { reason } };
}

function response(contents: readonly EventContent[], ending: AnswerEnding): object[] {
  const of = { item_id: 'i', output_index: 0 };
  const call = { type: 'function_call', id: 'f', call_id: NAMED.id, name: NAMED.name, arguments: '' };
  const calling = contents.some((one) => 'call' in one);
  const deltas = contents.map((one) => {
    if ('text' in one) return { type: 'response.output_text.delta', ...of, delta: one.text };
    if ('reasoning' in one)
      return { type: 'response.reasoning_summary_text.delta', ...of, delta: one.reasoning };
    if ('unreadable' in one) return { type: 'response.output_text.delta', ...of, delta: [one.unreadable] };
    return { type: 'response.function_call_arguments.delta', item_id: 'f', output_index: 1, delta: one.call };
  });
  const begun = [
    { type: 'response.created', response: { model: 'm', status: 'in_progress', output: [] } },
    ...(calling ? [{ type: 'response.output_item.added', output_index: 1, item: call }] : []),
    ...deltas,
  ];
  if (ending === 'nothing') return begun;
  if ('error' in ending) {
    const error = { code: 'server_error', message: ending.error };
    return [...begun, { type: 'response.failed', response: { status: 'failed', error } }];
  }
  const end = endOfResponse(ending.finish);
  const type = ending.finish === 'stop' || ending.finish === 'tool_calls' ? 'completed' : 'incomplete';
  return [...begun, { type: `response.${type}`, response: end }];
}

function message(contents: readonly EventContent[], ending: AnswerEnding): object[] {
  const calling = contents.some((one) => 'call' in one);
  const delta = (index: number, of: object): object => ({ type: 'content_block_delta', index, delta: of });
  const block = (index: number, content_block: object): object => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const deltas = contents.map((one) => {
    if ('text' in one) return delta(1, { type: 'text_delta', text: one.text });
    if ('reasoning' in one) return delta(0, { type: 'thinking_delta', thinking: one.reasoning });
    if ('unreadable' in one) return delta(1, one.unreadable);
    return delta(2, { type: 'input_json_delta', partial_json: one.call });
  });
  const begun = [
    { type: 'message_start', message: { type: 'message', model: 'm', content: [], stop_reason: null } },
    block(0, { type: 'thinking', thinking: '' }),
    block(1, { type: 'text', text: '' }),
    ...(calling ? [block(2, { type: 'tool_use', ...NAMED, input: {} })] : []),
    ...deltas,
  ];
  if (ending === 'nothing') return begun;
  if ('error' in ending)
    return [...begun, { type: 'error', error: { type: 'api_error', message: ending.error } }];
  const end = {
    type: 'message_delta',
    delta: { stop_reason: STOP_REASONS[ending.finish] ?? ending.finish },
  };
  return [...begun, end, ...(ending.mark === false ? [] : [{ type: 'message_stop' }])];
}
