import type { Usage } from '../../../common/chat/usage.js';
import { isRecord, type JsonRecord, recordOf, stringOf } from '../../../common/json.js';
import { isBare, keepModel } from '../chat-types.js';
import { unreadable, WordedReader } from './content-reader.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './event-reader-types.js';
import { reportOf } from './server-report.js';
import { laterUsage, usageOf } from './usage.js';

/** Maps Anthropic's stop reasons to those of chat completions. Other reasons stay unchanged. */
const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

const THINKING = /^(?:redacted_)?thinking$/;
/** Matches calls of tools that the provider runs itself. */
const OWN_TOOL = /^(?:server|mcp)_tool_use$/;

/**
 * Maps the events of Anthropic's Messages API, or a whole message, to those of chat completions
 * (https://docs.anthropic.com/en/api/messages-streaming). Thinking becomes reasoning. Usage counts are cumulative, and
 * tokens read from or written to the cache count as prompt tokens.
 */
export function createAnthropicReader({ emit, result, parts }: ReadAnswer): ChatEventReader {
  /** The tool call's number for each content block with a tool call. */
  const calls = new Map<unknown, number>();
  let count = 0;
  /** The id of the message that has begun and not ended. */
  let open: string | undefined;
  const contents = new WordedReader(emit);
  const readContent = contents.read;
  /**
   * The text in a block's start event, by the block's index. Servers that send it there repeat it as the first delta.
   */
  const begun = new Map<unknown, string>();

  /** Blocks of thinking without text. Newer models hide the text by default, and no count shows its length. */
  const hidden = new Set<unknown>();

  /** Blocks with calls of the provider's own tools, which are not part of the answer. */
  const own = new Set<unknown>();

  const startBlock = (index: unknown, block: unknown): void => {
    own.delete(index);
    if (OWN_TOOL.test(stringOf(recordOf(block).type))) {
      own.add(index);
      return;
    }
    if (!isRecord(block) || block.type !== 'tool_use') {
      const { type, text, thinking } = recordOf(block);
      const startText = stringOf(text) || stringOf(thinking);
      if (startText !== '') begun.set(index, startText);
      if (THINKING.test(stringOf(type)) && startText === '') hidden.add(index);
      parts.block(index, recordOf(block));
      readContent(block, 'text');
      return;
    }
    const number = count;
    count += 1;
    calls.set(index, number);
    const { id, name, input } = block;
    const whole = isRecord(input) && Object.keys(input).length > 0;
    const args = whole ? JSON.stringify(input) : stringOf(input);
    emit({ type: 'tool_call', index: number, id: stringOf(id), name: stringOf(name), arguments: args });
  };

  /** Drops the answer so far: a gateway lost its connection, and passes on another answer from its beginning. */
  const restart = (): void => {
    if (!isBare(result)) emit({ type: 'split', reasoning: '', text: '' });
    begun.clear();
    hidden.clear();
    calls.clear();
    count = 0;
    contents.worded = false;
    parts.clear();
  };

  const startMessage = (message: JsonRecord): void => {
    const id = stringOf(message.id);
    // Some gateways send the same start several times.
    if (open !== undefined && open !== id && open !== '' && id !== '') restart();
    open = id;
    // The output count of this event covers only the first tokens, so it is replaced by 0 until the next count.
    readMessage(message, { output_tokens: 0 });
  };

  const readDelta = (index: unknown, delta: unknown): void => {
    const { partial_json: json, text, thinking } = recordOf(delta);
    if (stringOf(thinking) !== '') hidden.delete(index);
    const startText = begun.get(index);
    begun.delete(index);
    if (startText !== undefined && startText === (stringOf(text) || stringOf(thinking))) return;
    const call = calls.get(index);
    parts.piece(index, recordOf(delta));
    const args = isRecord(json) ? JSON.stringify(json) : json;
    if (args === undefined) readContent(delta, 'text');
    else if (own.has(index) || args === '') return;
    else if (typeof args !== 'string' || call === undefined) emit(unreadable(delta));
    else emit({ type: 'tool_call', index: call, arguments: args });
  };

  const report = (event: JsonRecord): void => {
    const members = reportOf(event);
    if (members !== undefined) emit(members);
  };

  const readUsage = (value: unknown): void => {
    report({ usage: value });
    const counted = usageOf(value);
    if (counted === undefined) return;
    const cached = (counted.cachedTokens ?? 0) + (counted.cacheWriteTokens ?? 0);
    const promptTokens = counted.promptTokens + cached;
    const usage: Usage = { ...counted, promptTokens, totalTokens: promptTokens + counted.completionTokens };
    if (hidden.size > 0 && counted.reasoningTokens === undefined) usage.hiddenReasoning = true;
    emit({ type: 'usage', usage: laterUsage(result.usage, usage) });
  };

  const readMessage = ({ model, content, usage, stop_reason: reason }: JsonRecord, counted = {}): void => {
    keepModel(result, model);
    // A whole message after the pieces repeats them, but may be the only one with text.
    if (Array.isArray(content)) {
      const { worded } = contents;
      const bare = isBare(result) && !worded;
      for (const [index, block] of content.entries())
        if (bare || (!worded && recordOf(block).type === 'text')) startBlock(index, block);
    } else if (!Array.isArray(content)) readContent(content, 'text');
    readUsage(isRecord(usage) ? { ...usage, ...counted } : usage);
    finish(reason);
  };

  const finish = (reason: unknown): void => {
    if (typeof reason !== 'string' || reason === '') return;
    open = undefined;
    emit({ type: 'finish', reason: REASONS[reason] ?? reason });
  };

  const read = (event: unknown): Verdict => {
    if (!isRecord(event)) return 'unrecognised';
    switch (event.type) {
      case 'message_start':
        startMessage(recordOf(event.message));
        return 'open';
      case 'message':
        readMessage(event);
        return 'open';
      case 'content_block_start':
        startBlock(event.index, event.content_block);
        return 'open';
      case 'content_block_delta':
        readDelta(event.index, event.delta);
        return 'open';
      case 'message_delta':
        readUsage(event.usage);
        finish(recordOf(event.delta).stop_reason);
        return 'open';
      case 'message_stop':
        open = undefined;
        report(event);
        return 'closing';
      case 'content_block_stop':
      case 'ping':
        return 'open';
      default:
        return 'unrecognised';
    }
  };

  return { read };
}
