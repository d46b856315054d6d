/** The classes of finish reasons. */
export type FinishClass =
  /** The model finished its answer, or called a tool. */
  | 'whole'
  /** A token limit ended the answer. */
  | 'limit'
  /** The provider filtered or refused the answer. */
  | 'refused'
  /** The answer was cut off, and the reason reports no failure. */
  | 'cut'
  /** The provider or the model failed. */
  | 'failed'
  | 'unknown';

/**
 * Reasons in use, in lower case. Sources: OpenAI's chat completions and Responses, Anthropic, Gemini, Cohere,
 * Mistral, vLLM, SGLang, TGI, Ollama, llama.cpp. Further ones: OpenRouter, DeepSeek, Zhipu, MiniMax, Bedrock, Vercel's
 * gateway.
 */
const REASONS: Readonly<Record<Exclude<FinishClass, 'unknown'>, readonly string[]>> = {
  whole: [
    'stop,stopped,stop_sequence,stop_string,stop_word,stop_token,stop_str,end,eos,eos_token,eos_found',
    'end_turn,end_of_turn,end_of_text,endoftext,stop_sequence_reached,</s>,<|im_end|>,<|eot_id|>,<|endoftext|>',
    'complete,completed,done,finish,finished,success,normal,load,unload',
    'tool_calls,tool_call,tool_use,tools,tool-calls,function_call,function_calls,server_tool_use',
  ],
  limit: [
    'length,max_tokens,max_token,maximum_tokens,max_length,max_output_tokens,max_completion_tokens,max_new_tokens,limit',
    'token_limit,token_limit_reached,model_length,model_context_window_exceeded,context_window_exceeded',
    'max_context_length,context_length,context_length_exceeded,finish_reason_max_tokens',
  ],
  refused: [
    'content_filter,content_filtered,content-filter,contentfilter,sensitive,safety,refusal,refused,recitation',
    'blocklist,blocked,prohibited_content,spii,language,guardrail,guardrails,guardrail_intervened,moderation',
    'image_safety,image_recitation,image_prohibited_content,model_armor,error_toxic,toxic,jailbreak,policy_violation',
    'content_policy,content_policy_violation,content_safety',
  ],
  cut: [
    'abort,aborted,cancel,cancelled,canceled,cancellation,interrupt,interrupted,incomplete,paused,pause_turn,compaction',
    'preempted,disconnect,disconnected,client_disconnect,user_cancel,user_cancelled,user_canceled,killed,shutdown',
    'timeout,time_limit,deadline_exceeded,timed_out',
  ],
  failed: [
    'error,errored,failed,failure,fail,exception,internal_error,server_error,network_error,api_error,model_error',
    'insufficient_system_resource,overloaded,unavailable,insufficient_quota,repetition,repetition_detected,error_limit,finish_reason_unspecified',
    'malformed_function_call,function_call_filter,unexpected_tool_call,too_many_tool_calls,malformed_response,malformed_tool_use',
    'malformed_model_output,invalid_tool_call,no_image,image_other,missing_thought_signature',
  ],
};

const CLASSES = new Map<string, FinishClass>(
  (['whole', 'limit', 'refused', 'cut', 'failed'] as const).flatMap((kind) =>
    REASONS[kind]
      .join(',')
      .split(',')
      .map((word): [string, FinishClass] => [word, kind]),
  ),
);

/** Parts of unknown reasons that show the class, in lower case. */
const PARTS: readonly (readonly [RegExp, FinishClass])[] = [
  [/abort|cancel|interrupt|disconnect|timeout/, 'cut'],
  [/error|fail|exception|malformed|overload/, 'failed'],
  [/filter|safety|moderat|policy|block/, 'refused'],
  [/length|limit|max_/, 'limit'],
  [/\b(?:eos|eot|eot_id|stop|end)\b/, 'whole'],
];

/** Returns the class of a finish reason, in any case. null (no finish reason) is `whole`. */
export function finishClassOf(reason: string | null): FinishClass {
  if (reason === null) return 'whole';
  const known = CLASSES.get(reason);
  if (known !== undefined) return known;
  // Gemini's compatible endpoint adds its own reason: `content_filter: SAFETY`.
  const word = reason.split(':', 1).join('').trim().toLowerCase();
  return (
    CLASSES.get(word) ??
    CLASSES.get(word.replace(/^finish_reason_|^finishreason\./, '')) ??
    PARTS.find(([part]) => part.test(word))?.[1] ??
    'unknown'
  );
}
