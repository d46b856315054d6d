import { namesOf } from '../../common/names-of.js';

/** A figure of the server's load. */
export type Role =
  /** Requests that wait in the server. */
  | 'waiting'
  /** Requests that the server answers now. */
  | 'running'
  /** Used share of the memory for keys and values, 0 to 1. */
  | 'kv_cache'
  /** Requests that the server interrupted because that memory was full. */
  | 'preemptions'
  | 'prompt_tokens'
  | 'generation_tokens';

export interface KnownServer {
  readonly name: string;
  /** Address of the documentation of the names. */
  readonly source: string;
  /**
   * Sample names for each role, newest first: the first name on the page counts. The values of names in an inner list
   * are added. A name may end with one label that the sample must have: `name{label="value"}`.
   */
  readonly names: Partial<Readonly<Record<Role, readonly (string | readonly string[])[]>>>;
}

/** How the values of one role are interpreted. */
export interface RoleKind {
  readonly kind: 'gauge' | 'counter';
  /** How the values of several labels (model, engine, rank) become one. */
  readonly joined: 'sum' | 'max';
}

/** All roles, in display order. */
export const ROLES: Readonly<Record<Role, RoleKind>> = {
  waiting: { kind: 'gauge', joined: 'sum' },
  running: { kind: 'gauge', joined: 'sum' },
  kv_cache: { kind: 'gauge', joined: 'max' },
  preemptions: { kind: 'counter', joined: 'sum' },
  prompt_tokens: { kind: 'counter', joined: 'sum' },
  generation_tokens: { kind: 'counter', joined: 'sum' },
};

export const ROLE_NAMES = namesOf(ROLES);

/** Returns the names of vLLM with another prefix: several servers use them. */
const likeVllm = (prefix: string): KnownServer['names'] => ({
  waiting: [`${prefix}num_requests_waiting`],
  running: [`${prefix}num_requests_running`],
  kv_cache: [`${prefix}kv_cache_usage_perc`, `${prefix}gpu_cache_usage_perc`],
  preemptions: [`${prefix}num_preemptions_total`],
  prompt_tokens: [`${prefix}prompt_tokens_total`],
  generation_tokens: [`${prefix}generation_tokens_total`],
});

/** The sample names that each known server uses for its load. */
export const KNOWN_SERVERS: readonly KnownServer[] = [
  {
    name: 'vLLM',
    // vLLM renamed the cache's usage: https://github.com/vllm-project/vllm/pull/18354
    source: 'https://docs.vllm.ai/en/stable/usage/metrics/',
    names: likeVllm('vllm:'),
  },
  {
    name: 'SGLang',
    // For retractions, see python/sglang/srt/metrics/collector.py in its repository; older versions only have a gauge.
    source: 'https://docs.sglang.io/references/production_metrics.html',
    names: {
      waiting: ['sglang:num_queue_reqs'],
      running: ['sglang:num_running_reqs'],
      kv_cache: ['sglang:token_usage'],
      preemptions: ['sglang:num_retracted_requests_total'],
      prompt_tokens: ['sglang:prompt_tokens_total'],
      generation_tokens: ['sglang:generation_tokens_total'],
    },
  },
  {
    name: 'TGI',
    source: 'https://huggingface.co/docs/text-generation-inference/reference/metrics',
    names: {
      waiting: ['tgi_queue_size'],
      running: ['tgi_batch_current_size'],
      // Tokens are histograms over requests; their sums grow when a request ends.
      prompt_tokens: ['tgi_request_input_length_sum'],
      generation_tokens: ['tgi_request_generated_tokens_sum'],
    },
  },
  {
    name: 'llama.cpp',
    // Newer versions do not report the cache's usage.
    source: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
    names: {
      waiting: ['llamacpp:requests_deferred'],
      running: ['llamacpp:requests_processing'],
      kv_cache: ['llamacpp:kv_cache_usage_ratio'],
      prompt_tokens: ['llamacpp:prompt_tokens_total'],
      generation_tokens: ['llamacpp:tokens_predicted_total'],
    },
  },
  {
    name: 'TensorRT-LLM',
    // Older versions report requests only as histograms.
    source: 'https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve/trtllm-serve.html',
    names: {
      waiting: ['trtllm_num_requests_waiting'],
      running: ['trtllm_num_requests_running'],
      kv_cache: ['trtllm_kv_cache_utilization'],
    },
  },
  {
    name: 'Triton',
    source: 'https://github.com/triton-inference-server/tensorrtllm_backend#triton-metrics',
    names: {
      waiting: ['nv_trt_llm_request_metrics{request_type="waiting"}'],
      // Requests that run in the current iteration. `active` would also count requests that wait.
      running: ['nv_trt_llm_request_metrics{request_type="scheduled"}'],
      kv_cache: ['nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction"}'],
      prompt_tokens: ['nv_llm_input_token_len_sum'],
      generation_tokens: ['nv_llm_output_token_len_sum'],
    },
  },
  {
    name: 'LMDeploy',
    source: 'https://lmdeploy.readthedocs.io/en/latest/advance/metrics.html',
    names: likeVllm('lmdeploy:'),
  },
  {
    name: 'Aphrodite',
    source: 'https://github.com/aphrodite-engine/aphrodite-engine',
    names: likeVllm('aphrodite:'),
  },
  {
    name: 'LiteLLM',
    source: 'https://docs.litellm.ai/docs/proxy/prometheus',
    names: {
      running: ['litellm_in_flight_requests'],
      prompt_tokens: ['litellm_input_tokens_metric_total', 'litellm_input_tokens_metric'],
      generation_tokens: ['litellm_output_tokens_metric_total', 'litellm_output_tokens_metric'],
    },
  },
  {
    name: 'the simulator',
    source: 'docs/simulator.md',
    names: {
      running: ['vastar_simulator_streams_open'],
      generation_tokens: ['vastar_simulator_tokens_sent_total'],
    },
  },
  {
    name: 'the daemon',
    source: 'docs/daemon.md',
    names: {
      waiting: [['vastar_pool_queued', 'vastar_tenant_waiting']],
      running: ['vastar_requests_in_flight'],
    },
  },
  {
    // Last, because names without a prefix may be those of any server. NIM 2 uses those of vLLM.
    name: 'NIM',
    source: 'https://docs.nvidia.com/nim/large-language-models/latest/observability.html',
    names: likeVllm(''),
  },
];
