const user = { role: 'user', content: 'hello' };
const valid = { model: 'sim-instant', messages: [user] };

const strictFormat = (schema: unknown): unknown => ({
  type: 'json_schema',
  json_schema: { name: 'city', strict: true, schema },
});

/** Invalid bodies, and the errors of OpenAI's API for them. */
export const MISTAKES: [
  body: unknown,
  expected: { message: string | RegExp; param?: string; code?: string },
][] = [
  [null, { message: 'The request body must be a JSON object, but it is null.' }],
  [[], { message: 'The request body must be a JSON object, but it is an array.' }],
  ['text', { message: 'The request body must be a JSON object, but it is a string.' }],
  [{ messages: [user] }, { message: 'you must provide a model parameter' }],
  [{ ...valid, model: ' ' }, { message: 'you must provide a model parameter' }],
  [
    { ...valid, model: 4 },
    {
      message: "Invalid type for 'model': expected a string, but got an integer instead.",
      param: 'model',
      code: 'invalid_type',
    },
  ],
  [
    { model: 'm' },
    {
      message: "Missing required parameter: 'messages'.",
      param: 'messages',
      code: 'missing_required_parameter',
    },
  ],
  [
    { ...valid, messages: 'hi' },
    {
      message: "Invalid type for 'messages': expected an array, but got a string instead.",
      param: 'messages',
    },
  ],
  [
    { ...valid, messages: [] },
    {
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
      code: 'empty_array',
    },
  ],
  [
    { ...valid, messages: [user, 3.5] },
    {
      message: "Invalid type for 'messages[1]': expected an object, but got a decimal number instead.",
      param: 'messages[1]',
    },
  ],
  [
    { ...valid, messages: [{ content: 'hi' }] },
    { message: "Missing required parameter: 'messages[0].role'.", param: 'messages[0].role' },
  ],
  [
    { ...valid, messages: [{ role: 'robot', content: 'hi' }] },
    {
      message:
        "Invalid value for 'messages[0].role': \"robot\". Supported values are: 'system', 'developer', 'user', 'assistant', 'tool', 'function'.",
      param: 'messages[0].role',
      code: 'invalid_value',
    },
  ],
  [
    { ...valid, messages: [{ role: 'user' }] },
    { message: "Missing required parameter: 'messages[0].content'.", param: 'messages[0].content' },
  ],
  [
    { ...valid, messages: [{ role: 'user', content: 5 }] },
    {
      message:
        "Invalid type for 'messages[0].content': expected one of a string or an array, but got an integer instead.",
      param: 'messages[0].content',
      code: 'invalid_type',
    },
  ],
  [
    { ...valid, messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
    {
      message:
        "Invalid type for 'messages[0].content[0].text': expected a string, but got an integer instead.",
      param: 'messages[0].content[0].text',
    },
  ],
  [
    { ...valid, stream: 'yes' },
    { message: "Invalid type for 'stream': expected a boolean, but got a string instead.", param: 'stream' },
  ],
  [
    { ...valid, stream_options: { include_usage: true } },
    { message: /only allowed when 'stream' is enabled/, param: 'stream_options' },
  ],
  [
    { ...valid, max_tokens: 0 },
    {
      message: "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      param: 'max_tokens',
      code: 'integer_below_min_value',
    },
  ],
  [
    { ...valid, max_tokens: 1.5 },
    {
      message: "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead.",
      param: 'max_tokens',
    },
  ],
  [
    { ...valid, temperature: 9 },
    {
      message:
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9 instead.",
      param: 'temperature',
      code: 'decimal_above_max_value',
    },
  ],
  [
    { ...valid, stop: ['a', 'b', 'c', 'd', 'e'] },
    {
      message:
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
      param: 'stop',
      code: 'array_above_max_length',
    },
  ],
  [
    { ...valid, n: 129 },
    {
      message: "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
      param: 'n',
      code: 'integer_above_max_value',
    },
  ],
  [
    { ...valid, presence_penalty: -2.5 },
    {
      message:
        "Invalid 'presence_penalty': decimal below minimum value. Expected a value >= -2, but got -2.5 instead.",
      param: 'presence_penalty',
      code: 'decimal_below_min_value',
    },
  ],
  [
    { ...valid, max_tokens: 5, max_completion_tokens: 5 },
    {
      message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      param: 'max_tokens',
      code: 'invalid_parameter_combination',
    },
  ],
  [
    { ...valid, logprobs: 1 },
    {
      message: "Invalid type for 'logprobs': expected a boolean, but got an integer instead.",
      param: 'logprobs',
    },
  ],
  [
    { ...valid, top_logprobs: 2 },
    {
      message: "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
      param: 'top_logprobs',
    },
  ],
  [
    { ...valid, logprobs: true, top_logprobs: 21 },
    {
      message:
        "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.",
      param: 'top_logprobs',
      code: 'integer_above_max_value',
    },
  ],
  [
    { ...valid, logit_bias: { 50256: -101 } },
    {
      message:
        "Invalid 'logit_bias.50256': decimal below minimum value. Expected a value >= -100, but got -101 instead.",
      param: 'logit_bias.50256',
    },
  ],
  [
    { ...valid, seed: 1.5 },
    {
      message: "Invalid type for 'seed': expected an integer, but got a decimal number instead.",
      param: 'seed',
    },
  ],
  [
    { ...valid, user: 7 },
    { message: "Invalid type for 'user': expected a string, but got an integer instead.", param: 'user' },
  ],
  [
    { ...valid, tools: [{ type: 'function', function: { name: 'not a name' } }] },
    {
      message: /^Invalid 'tools\[0\].function.name': expected a string that matches/,
      param: 'tools[0].function.name',
    },
  ],
  [
    { ...valid, tools: [{ type: 'retrieval' }] },
    { message: /^Invalid value for 'tools\[0\].type': "retrieval"/, param: 'tools[0].type' },
  ],
  [
    { ...valid, tool_choice: 'auto' },
    { message: /only allowed when 'tools' are specified/, param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: { type: 'function', function: { name: 'b' } },
    },
    { message: "Tool choice 'b' not found in 'tools' parameter.", param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'b' } }] },
      },
    },
    { message: "Tool choice 'b' not found in 'tools' parameter.", param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'never', tools: [] } },
    },
    {
      message: /^Invalid value for 'tool_choice.allowed_tools.mode': "never"/,
      param: 'tool_choice.allowed_tools.mode',
    },
  ],
  [
    { ...valid, tools: [{ type: 'function', function: { name: 'a' } }], tool_choice: { type: 'function' } },
    { message: "Missing required parameter: 'tool_choice.function'.", param: 'tool_choice.function' },
  ],
  [
    { ...valid, response_format: strictFormat({ type: 'object', properties: {} }) },
    {
      message:
        "Invalid schema for response_format 'city': In context=(), 'additionalProperties' is required to be supplied and to be false.",
      param: 'response_format',
    },
  ],
  [
    {
      ...valid,
      response_format: strictFormat({
        type: 'object',
        properties: { place: { type: 'object', properties: { x: {} }, additionalProperties: false } },
        required: ['place'],
        additionalProperties: false,
      }),
    },
    {
      message:
        "Invalid schema for response_format 'city': In context=('properties', 'place'), 'required' is required to be supplied and to be an array including every key in properties. Missing 'x'.",
      param: 'response_format',
    },
  ],
  [
    { ...valid, response_format: strictFormat({ type: 'array' }) },
    {
      message: /schema must be a JSON Schema of 'type: "object"', got 'type: "array"'/,
      param: 'response_format',
    },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a', strict: true, parameters: { type: 'object' } } }],
    },
    {
      message: /^Invalid schema for function 'a': In context=\(\), 'additionalProperties' is required/,
      param: 'tools[0].function.parameters',
      code: 'invalid_function_parameters',
    },
  ],
  [
    { ...valid, tool_choice: 'sometimes' },
    {
      message:
        "Invalid value for 'tool_choice': \"sometimes\". Supported values are: 'none', 'auto', 'required'.",
      param: 'tool_choice',
      code: 'invalid_value',
    },
  ],
  [
    { ...valid, messages: [user, { role: 'tool', content: 'x' }] },
    { message: "Missing required parameter: 'messages[1].tool_call_id'.", param: 'messages[1].tool_call_id' },
  ],
  [
    { ...valid, messages: [user, { role: 'tool', tool_call_id: 'c', content: 'x' }] },
    { message: /must be a response to a preceding message/, param: 'messages.[1].role' },
  ],
  [
    { ...valid, response_format: { type: 'json_object' } },
    { message: /must contain the word 'json' in some form/, param: 'messages' },
  ],
  [
    { ...valid, response_format: { type: 'json_schema' } },
    {
      message: "Missing required parameter: 'response_format.json_schema'.",
      param: 'response_format.json_schema',
    },
  ],
  [
    { ...valid, response_format: { type: 'xml' } },
    { message: /^Invalid value for 'response_format.type': "xml"/, param: 'response_format.type' },
  ],
];
