import { isRecord, type JsonRecord, recordOf } from '../../../common/json.js';

/** An API in a format that this program does not read, on a server that also has one that it reads. */
interface NativeApi {
  name: string;
  /** The setting to recommend. */
  use: string;
  /** Matches the paths of the API's addresses. */
  path?: RegExp;
  /** Matches the names of the API's events. */
  events?: RegExp;
  /** Whether an event, or an answer in one piece, has the API's format. */
  is?: (event: JsonRecord) => boolean;
  /** A gateway may also send such an event before an answer that can be read. */
  vague?: true;
}

/** The API that an answer's format belongs to. */
export interface NativeFormat {
  /** The meaning of the answer, and advice. */
  message: string;
  /** Whether no readable answer begins with such an event. */
  sure: boolean;
}

const V1 = 'Set base_url to the same host with /v1';
const NONE = 'Set base_url to an OpenAI-compatible API: this one has no such address';

const NATIVE_APIS: readonly NativeApi[] = [
  {
    name: "Gemini's own API",
    use: 'Set base_url to https://generativelanguage.googleapis.com/v1beta/openai (for Vertex AI, to the address that ends with /endpoints/openapi)',
    path: /:(?:stream)?(?:generateContent|rawPredict)\b/i,
    is: ({ candidates, promptFeedback }) => Array.isArray(candidates) || isRecord(promptFeedback),
  },
  {
    name: "DashScope's own API",
    use: 'Set base_url to the same host with /compatible-mode/v1',
    path: /\/services\/aigc\//,
    is: ({ output, request_id }) =>
      request_id !== undefined && isRecord(output) && ('text' in output || 'choices' in output),
  },
  {
    name: "the first API of Baidu's Qianfan",
    use: 'Set base_url to https://qianfan.baidubce.com/v2',
    path: /\/wenxinworkshop\//,
    is: ({ result, is_end }) => typeof result === 'string' && typeof is_end === 'boolean',
  },
  {
    name: "Cohere's API v1",
    use: 'Set base_url to https://api.cohere.ai/compatibility/v1',
    path: /cohere[^/]*\/v1\/chat$/,
    is: ({ event_type, is_finished }) => typeof event_type === 'string' && typeof is_finished === 'boolean',
  },
  {
    name: "Bedrock's own API",
    use: 'Set base_url to the same host with /openai/v1',
    path: /\/model\/[^/]+\/(?:converse|invoke)/,
    is: ({ output, stopReason, bytes, messageStart, contentBlockDelta, ...counts }) =>
      isText(bytes) ||
      (isText(stopReason) && isRecord(recordOf(output).message)) ||
      [messageStart, contentBlockDelta].some(isRecord) ||
      ['generation_token_count', 'inputTextTokenCount'].some((name) => name in counts),
  },
  {
    name: "watsonx.ai's own API",
    use: 'Set base_url to the same host with /ml/gateway/v1',
    path: /\/ml\/v\d+\/(?:text|deployments)\//,
    is: ({ results }) => Array.isArray(results) && isText(recordOf(results[0]).generated_text),
  },
  {
    name: "Tencent Hunyuan's own API",
    use: 'Set base_url to https://api.hunyuan.cloud.tencent.com/v1',
    is: ({ Choices }) => Array.isArray(Choices),
  },
  {
    name: "iFlytek Spark's own API",
    use: 'Set base_url to https://spark-api-open.xf-yun.com/v1',
    vague: true,
    is: ({ header, payload }) => isRecord(header) && isRecord(payload),
  },
  {
    name: "Yandex's own API",
    use: 'Set base_url to https://llm.api.cloud.yandex.net/v1',
    path: /\/foundationModels\//,
    is: ({ result }) => Array.isArray(recordOf(result).alternatives),
  },
  {
    name: "Mistral's API of conversations",
    use: 'Set base_url to https://api.mistral.ai/v1',
    events: /^conversation\.response\./,
  },
  {
    name: "Google's API of interactions",
    use: 'Set base_url to https://generativelanguage.googleapis.com/v1beta/openai',
    path: /\/interactions$/,
    events: /^interaction\./,
  },
  {
    name: "LM Studio's own API",
    use: V1,
    path: /\/api\/v\d\/chat$/,
    events: /^(?:chat|model_load|prompt_processing)\.start$/,
  },
  {
    name: "Snowflake's API of agents",
    use: 'Set base_url to the same host with /api/v2/cortex/v1',
    path: /\/cortex\/(?:agent|inference:)/,
    events: /^message\.delta$/,
  },
  {
    name: "AnythingLLM's own API",
    use: 'Set base_url to the same host with /api/v1/openai',
    is: ({ type, textResponse }) => isText(type) && isText(textResponse),
  },
  {
    name: "RAGFlow's own API",
    use: 'Set base_url to the same host with /api/v1/chats_openai/ID',
    is: ({ code, data }) => code === 0 && isText(recordOf(data).answer),
  },
  { name: "Coze's API", use: NONE, events: /^conversation\.(?:chat|message)\./ },
  {
    name: "Dify's API",
    use: NONE,
    vague: true,
    path: /\/chat-messages$/,
    is: ({ event, answer }) => isText(event) && isText(answer),
  },
  { name: "Flowise's API", use: NONE, vague: true, is: ({ event, data }) => isText(event) && isText(data) },
  {
    name: "Replicate's API",
    use: NONE,
    vague: true,
    path: /\/predictions$/,
    events: /^output$/,
  },
  { name: 'LangServe or LangGraph', use: NONE, vague: true, events: /^(?:metadata|messages\/\w+)$/ },
  { name: 'a Gradio app', use: NONE, vague: true, events: /^generating$/ },
  {
    name: 'the user interface of the AI SDK',
    use: NONE,
    vague: true,
    is: ({ type }) => isText(type) && /^(?:start|start-step|text-(?:start|delta|end))$/.test(String(type)),
  },
  {
    name: 'JSON-RPC, as agents and MCP servers use it',
    use: NONE,
    vague: true,
    is: ({ jsonrpc }) => isText(jsonrpc),
  },
  {
    name: "OpenAI's Assistants API",
    use: 'Set base_url to the address up to /v1',
    path: /\/threads\b/,
    is: ({ object }) => typeof object === 'string' && object.startsWith('thread.'),
  },
  {
    name: 'a generate API of TGI, SGLang, Triton or Hugging Face',
    use: V1,
    path: /\/generate(?:_stream)?\b/,
    is: ({ token, generated_text, text_output, meta_info }) =>
      isRecord(token) || [generated_text, text_output].some(isText) || isRecord(meta_info),
  },
  {
    name: 'the completion API of llama.cpp',
    use: V1,
    path: /\/(?:completion|infill)\b/,
    is: ({ content, stop }) => typeof content === 'string' && typeof stop === 'boolean',
  },
  {
    name: "KoboldCpp's own API",
    use: V1,
    path: /\/api\/(?:extra|latest)\//,
    is: ({ token, finish_reason }) => typeof token === 'string' && finish_reason !== undefined,
  },
];

/** Matches the content type of Bedrock's streams, which are binary. */
const BEDROCK_STREAM = /vnd\.amazon\.eventstream/i;

/**
 * Recognises an event or an answer in the format of a native API.
 * @param name the event's name
 */
export function nativeFormat(value: unknown, contentType = '', name = ''): NativeFormat | undefined {
  const first = recordOf(Array.isArray(value) ? value[0] : value);
  const found = NATIVE_APIS.find(
    (api) =>
      api.is?.(first) === true ||
      (name !== '' && api.events?.test(name) === true) ||
      (api.name.startsWith('Bedrock') && BEDROCK_STREAM.test(contentType)),
  );
  return (
    found && {
      message: `answered in the format of ${found.name}. ${found.use}.`,
      sure: found.vague !== true,
    }
  );
}

/** Returns advice for a refusal by an address of a native API. */
export function nativeRoute(path: string | undefined): string | undefined {
  const found = path === undefined ? undefined : NATIVE_APIS.find((one) => one.path?.test(path));
  return found && `${found.use}: the address belongs to ${found.name}.`;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
