import type { WireFormat } from '../../common/chat/wire-formats.js';
import { namesOf } from '../../common/names-of.js';
import type { Tree } from '../sources/tree.js';

/** The ways to send a key. Any other value of the setting is the name of the header with the key. */
export const AUTH_STYLES = ['bearer', 'api-key', 'x-api-key', 'basic', 'none'] as const;

/** The facts in a provider's documentation about its API. */
export interface Provider {
  /** The address with its path. A `base_url` without a path gets this path; `{model}` is the model's name. */
  baseUrl: string;
  /** True when each customer has a separate host: `baseUrl` is then only an example. */
  ownHost?: true;
  /** Further hosts with the same API. A host that begins with a dot matches the end of a customer's host. */
  hosts?: readonly string[];
  /** One of AUTH_STYLES [bearer]. */
  auth?: string;
  /** The environment variable that has the key when `api_key` is not set. */
  keyVariable?: string;
  /** The first characters of its keys, if they are distinct. */
  keyStarts?: readonly string[];
  /** The paths of other wire formats, if they differ from that of `baseUrl`. */
  apiPaths?: Partial<Readonly<Record<WireFormat, string>>>;
  /** Further paths in its documentation. */
  otherPaths?: readonly string[];
  /** True when requests need no key. */
  keyOptional?: true;
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  /** Applied to each request's body as a merge patch (RFC 7396): null removes a member. */
  body?: Tree;
  /**
   * The path of the list of models on the host, if it is not `models` below the address; null when there is no list.
   */
  modelsPath?: string | null;
  /** The page that documents this. */
  docs: string;
}

/** The presets of `provider:`. A new one needs an entry here and one in test/fixtures/providers.ts. */
export const PROVIDERS = {
  azure: {
    baseUrl: 'https://RESOURCE.openai.azure.com/openai/deployments/{model}',
    ownHost: true,
    hosts: ['.openai.azure.com', '.services.ai.azure.com', '.cognitiveservices.azure.com'],
    auth: 'api-key',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    query: { 'api-version': '2024-10-21' },
    apiPaths: { responses: '/openai/v1', anthropic: '/anthropic/v1' },
    otherPaths: ['/openai/v1'],
    modelsPath: '/openai/models',
    docs: 'https://learn.microsoft.com/azure/ai-services/openai/reference',
  },
  openrouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
    hosts: ['eu.openrouter.ai', 'us.openrouter.ai'],
    keyVariable: 'OPENROUTER_API_KEY',
    keyStarts: ['sk-or-'],
    docs: 'https://openrouter.ai/docs/api-reference/overview',
  },
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    keyStarts: ['gsk_'],
    docs: 'https://console.groq.com/docs/openai',
  },
  deepseek: {
    baseUrl: 'https://api.deepseek.com',
    apiPaths: { anthropic: '/anthropic/v1' },
    otherPaths: ['/v1'],
    keyVariable: 'DEEPSEEK_API_KEY',
    modelsPath: '/models',
    docs: 'https://api-docs.deepseek.com',
  },
  mistral: {
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    // This provider refuses unknown members, and always sends usage with the last chunk.
    body: { stream_options: null },
    docs: 'https://docs.mistral.ai/api',
  },
  gemini: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
    keyStarts: ['AIza', 'AQ.'],
    docs: 'https://ai.google.dev/gemini-api/docs/openai',
  },
  anthropic: {
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    keyStarts: ['sk-ant-'],
    docs: 'https://platform.claude.com/docs/en/cli-sdks-libraries/libraries/openai-sdk',
  },
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    hosts: ['.api.x.ai'],
    keyVariable: 'XAI_API_KEY',
    keyStarts: ['xai-'],
    docs: 'https://docs.x.ai/developers/rest-api-reference/inference',
  },
  together: {
    baseUrl: 'https://api.together.ai/v1',
    hosts: ['api.together.xyz'],
    keyVariable: 'TOGETHER_API_KEY',
    docs: 'https://docs.together.ai/docs/inference/openai-compatibility',
  },
  fireworks: {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    keyStarts: ['fw_'],
    docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  },
  perplexity: {
    baseUrl: 'https://api.perplexity.ai',
    keyVariable: 'PERPLEXITY_API_KEY',
    keyStarts: ['pplx-'],
    // Its Agent API, which it recommends for new programs.
    apiPaths: { responses: '/v1' },
    body: { stream_options: null },
    modelsPath: null,
    docs: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview',
  },
  'github-models': {
    baseUrl: 'https://models.github.ai/inference',
    keyVariable: 'GITHUB_TOKEN',
    keyStarts: ['ghp_', 'github_pat_', 'gho_'],
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    modelsPath: '/catalog/models',
    docs: 'https://docs.github.com/en/rest/models/inference',
  },
  vllm: {
    baseUrl: 'http://localhost:8000/v1',
    keyVariable: 'VLLM_API_KEY',
    keyOptional: true,
    docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  },
  sglang: {
    baseUrl: 'http://localhost:30000/v1',
    keyOptional: true,
    docs: 'https://docs.sglang.io/basic_usage/openai_api_completions.html',
  },
  'llama-cpp': {
    baseUrl: 'http://localhost:8080/v1',
    keyVariable: 'LLAMA_API_KEY',
    keyOptional: true,
    docs: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
  },
  ollama: {
    baseUrl: 'http://localhost:11434/v1',
    hosts: ['ollama.com'],
    keyVariable: 'OLLAMA_API_KEY',
    keyOptional: true,
    docs: 'https://docs.ollama.com/api/openai-compatibility',
  },
  lmstudio: {
    baseUrl: 'http://localhost:1234/v1',
    keyVariable: 'LM_API_TOKEN',
    keyOptional: true,
    docs: 'https://lmstudio.ai/docs/developer/openai-compat',
  },
  litellm: {
    baseUrl: 'http://localhost:4000/v1',
    keyVariable: 'LITELLM_API_KEY',
    keyOptional: true,
    docs: 'https://docs.litellm.ai/docs/proxy/api_key_auth',
  },
} as const satisfies Record<string, Provider>;

/** The names of the presets. */
export type ProviderName = keyof typeof PROVIDERS;

/** Servers that the chat searches for on this machine, with their default ports. */
export const LOCAL_PORTS = {
  ollama: 11434,
  lmstudio: 1234,
  vllm: 8000,
  'llama-cpp': 8080,
  litellm: 4000,
} as const;
/** A kind of server that the chat searches for on this machine. */
export type LocalServer = keyof typeof LOCAL_PORTS;

/** The names of those servers. */
export const LOCAL_SERVERS: readonly LocalServer[] = namesOf(LOCAL_PORTS);

/** The names for `provider:`. */
export const PROVIDER_NAMES: readonly ProviderName[] = namesOf(PROVIDERS);

/** Returns the entry of a provider; undefined without a name. */
export function providerOf(name: ProviderName | undefined): Provider | undefined {
  return name === undefined ? undefined : PROVIDERS[name];
}
