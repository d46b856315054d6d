import { finishClassOf } from '../../../common/chat/finish-reasons.js';
import { isBare } from '../../../sdk/chat/chat-types.js';
import type { ChatResult } from '../../../sdk/index.js';
import { emptyReason } from '../../../state/exchange/failure.js';

/** Describes for users why an answer is incomplete or empty; undefined for a complete answer with text or calls. */
export function remarkOn(answer: ChatResult): string | undefined {
  switch (answer.outcome) {
    case 'complete':
      if (finishClassOf(answer.finishReason) === 'limit') return cutAtLimit(answer.finishReason ?? '');
      if (finishClassOf(answer.finishReason) === 'refused' && answer.refusal === '')
        return `the provider's content filter ended the answer (finish_reason ${answer.finishReason})`;
      if (answer.text !== '' || answer.toolCalls.length > 0) return undefined;
      return answer.refusal === '' ? 'the answer has no text' : `the model refused: ${answer.refusal}`;
    case 'empty':
      return `the answer is empty: ${emptyReason(answer)}`;
    case 'truncated':
      if (finishClassOf(answer.finishReason) !== 'whole')
        return `the answer was cut off: the provider ended it with finish_reason ${answer.finishReason}`;
      return `the answer was cut off: the connection ended before ${isBare(answer) ? 'any output' : 'the model had finished'}`;
    case 'cancelled':
      return 'stopped';
    case 'stalled':
      return `the answer stalled: ${answer.error?.message ?? 'no more output came from the provider'}`;
    case 'error':
      return answer.error?.message ?? 'the request failed';
  }
}

function cutAtLimit(reason: string): string {
  const full = /context|model_length/i.test(reason);
  const advice = full ? 'shorten the conversation' : 'raise max_tokens';
  return `the answer was cut at the token limit (finish_reason ${reason}): ${advice}`;
}
