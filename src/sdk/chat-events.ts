import type { Answer } from './answer.js';
import type { Usage } from './chat-types.js';
import { isRecord, type JsonRecord, recordOf, stringOf } from './json.js';
import { createToolCallNumbering } from './tool-calls.js';

/** What one event of an answer means for the answer as a whole. */
export type Verdict =
  | 'open'
  /** A usage event without choices: the server has said everything. */
  | 'closing'
  | 'unrecognised';

export interface ChatEventReader {
  /** Emits what the event says. Error objects are not for it: see `errorEventOf`. */
  read(event: unknown): Verdict;
}

/**
 * Maps chunks of a chat completion (or a whole one) to events. Only the first choice is read.
 * Servers' habits that are understood beside OpenAI's own form: `reasoning_content` (DeepSeek, vLLM, xAI)
 * and `reasoning` (OpenRouter, Groq, Ollama); content as an array of parts (Mistral); usage inside
 * `x_groq` or the choice (Moonshot); `message` in place of `delta`; tool calls without a usable index.
 */
export function createChatEventReader({ emit, result }: Pick<Answer, 'emit' | 'result'>): ChatEventReader {
  const numberOf = createToolCallNumbering();

  const readDelta = (delta: JsonRecord): void => {
    const parts = Array.isArray(delta.content) ? readParts(delta.content) : undefined;
    const text = parts?.text ?? stringOf(delta.content);
    const reasoning = stringOf(delta.reasoning_content) || stringOf(delta.reasoning) || parts?.reasoning;
    if (reasoning) emit({ type: 'reasoning', text: reasoning });
    if (text !== '') emit({ type: 'text', text });
    const refusal = stringOf(delta.refusal);
    if (refusal !== '') emit({ type: 'refusal', text: refusal });
    if (Array.isArray(delta.tool_calls)) {
      for (const call of delta.tool_calls) if (isRecord(call)) readToolCall(call);
    }
  };

  const readToolCall = (call: JsonRecord): void => {
    const { name, arguments: args } = recordOf(call.function);
    const id = stringOf(call.id);
    const toolName = stringOf(name);
    emit({
      type: 'tool_call',
      index: numberOf({ index: call.index, id, name: toolName }),
      ...(id !== '' && { id }),
      ...(toolName !== '' && { name: toolName }),
      arguments: isRecord(args) ? JSON.stringify(args) : stringOf(args),
    });
  };

  const read = (event: unknown): Verdict => {
    if (!isRecord(event)) return 'unrecognised';
    const { choices } = event;
    const hasChoices = Array.isArray(choices) && choices.length > 0;
    const choice = hasChoices ? choices.find(isFirstChoice) : undefined;
    const usage = usageOf(event.usage) ?? usageOf(recordOf(event.x_groq).usage) ?? usageOf(choice?.usage);
    if (!Array.isArray(choices) && usage === undefined) return 'unrecognised';
    const model = stringOf(event.model);
    if (model !== '') result.model ??= model;
    if (choice !== undefined) {
      const delta = choice.delta ?? choice.message;
      if (isRecord(delta)) readDelta(delta);
      const reason = stringOf(choice.finish_reason);
      if (reason !== '') emit({ type: 'finish', reason });
    }
    if (usage !== undefined) emit({ type: 'usage', usage });
    return usage !== undefined && !hasChoices ? 'closing' : 'open';
  };

  return { read };
}

function isFirstChoice(choice: unknown): choice is JsonRecord {
  return isRecord(choice) && (choice.index === undefined || choice.index === null || choice.index === 0);
}

function readParts(content: readonly unknown[]): { text: string; reasoning: string } {
  let text = '';
  let reasoning = '';
  for (const part of content) {
    if (!isRecord(part)) continue;
    text += stringOf(part.text);
    // Mistral: { type: 'thinking', thinking: [{ type: 'text', text }] }
    if (Array.isArray(part.thinking))
      for (const thought of part.thinking) reasoning += stringOf(recordOf(thought).text);
    else reasoning += stringOf(part.thinking);
  }
  return { text, reasoning };
}

function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const promptTokens = countOf(value.prompt_tokens);
  const completionTokens = countOf(value.completion_tokens);
  if (promptTokens === undefined && completionTokens === undefined) return undefined;
  const reasoningTokens = countOf(recordOf(value.completion_tokens_details).reasoning_tokens);
  const cachedTokens = countOf(recordOf(value.prompt_tokens_details).cached_tokens);
  return {
    promptTokens: promptTokens ?? 0,
    completionTokens: completionTokens ?? 0,
    totalTokens: countOf(value.total_tokens) ?? (promptTokens ?? 0) + (completionTokens ?? 0),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(cachedTokens !== undefined && { cachedTokens }),
  };
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
