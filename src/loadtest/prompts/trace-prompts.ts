import { createRandom } from '../../common/random.js';
import type { Conversation, Turn } from './prompt.js';
import type { TraceEntry, TraceLengths } from './trace.js';
import { firstWords, wordsOf } from './words.js';

/** Makes these draws independent of others with the same seed. */
const SALT = 0x74726163;
/** Default size of a trace's blocks (Mooncake). */
const BLOCK_TOKENS = 512;
const DEFAULT_TOKENS = 64;

/**
 * Returns the prompts of a trace. If the trace has only their lengths, creates prompts of these lengths. If the trace
 * has block ids, equal blocks become equal text, so that a prefix cache has the same hits as in the trace.
 */
export function createTracePrompts(
  entries: readonly TraceEntry[],
  seed: number,
): (index: number) => Conversation {
  const blockTokens = blockTokensOf(entries);
  const textOf = (id: string | number, tokens: number): readonly string[] =>
    firstWords(wordsOf(createRandom(seed ^ SALT, 2 * idNumber(id) + 1)), tokens);
  return (index) => {
    const entry = entries[index % entries.length];
    if (entry?.conversation !== undefined) return entry.conversation;
    const ownWords = () => wordsOf(createRandom(seed ^ SALT, 2 * index));
    const further = ownWords();
    const turnOf = (
      { inputTokens = DEFAULT_TOKENS, outputTokens, blocks = [] }: TraceLengths,
      own = further,
    ): Turn => {
      const words: string[] = [];
      for (const id of blocks) {
        words.push(...textOf(id, Math.min(blockTokens, Math.max(0, inputTokens - words.length))));
      }
      words.push(...firstWords(own, Math.max(0, inputTokens - words.length)));
      const messages = [{ role: 'user', content: words.join(' ') }] as const;
      return { messages, ...(outputTokens !== undefined && { maxTokens: outputTokens }) };
    };
    const later = (entry?.later ?? []).map(({ delayMs, afterMs, whole, ...lengths }) => ({
      // A prompt that includes its history begins with the words of the one before it.
      ...turnOf(lengths, whole && lengths.blocks === undefined ? ownWords() : further),
      ...(delayMs !== undefined && { delayMs }),
      ...(afterMs !== undefined && { afterMs }),
      ...(whole !== undefined && { whole }),
    }));
    return [turnOf(entry ?? {}), ...later];
  };
}

/** Returns the number of tokens in a block: a size that agrees with the number of blocks for every length. */
function blockTokensOf(entries: readonly TraceEntry[]): number {
  let least = 1;
  let most = Number.POSITIVE_INFINITY;
  for (const { inputTokens, blocks } of entries.flatMap((entry) => [entry, ...(entry.later ?? [])])) {
    if (inputTokens === undefined || blocks === undefined || blocks.length === 0) continue;
    least = Math.max(least, Math.ceil(inputTokens / blocks.length));
    if (blocks.length > 1) most = Math.min(most, Math.ceil(inputTokens / (blocks.length - 1)) - 1);
  }
  return least <= BLOCK_TOKENS && BLOCK_TOKENS <= most ? BLOCK_TOKENS : least;
}

function idNumber(id: string | number): number {
  if (typeof id === 'number') return id;
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
