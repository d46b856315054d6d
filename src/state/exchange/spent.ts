import { type Cost, type Spent, spentOn } from '../../metrics/cost.js';
import type { Tree } from '../branches/branches.js';
import type { AssistantMessage, Message } from '../messages.js';

/** Returns the cost of the conversation's answers, including those of other branches. */
export function spentInAll({ messages, aside }: Tree): Spent {
  const all = [...messages, ...aside.flatMap((branch) => branch.messages)];
  return spentOn(all.filter(isAnswer).map((answer) => ({ cost: costOf(answer), billed: hasOutput(answer) })));
}

/** Caches the cost; it is computed again only when an answer begins, ends or is removed. */
export function createSpent(): (tree: Tree) => Spent {
  let known: { parts: readonly unknown[]; spent: Spent } | undefined;
  return (tree) => {
    const { messages, aside } = tree;
    const last = messages.at(-1);
    const ending = last?.role === 'assistant' ? last.status : last;
    const parts = [messages[0]?.id, messages.length, ending, aside];
    if (known === undefined || parts.some((part, index) => part !== known?.parts[index]))
      known = { parts, spent: spentInAll(tree) };
    return known.spent;
  };
}

function isAnswer(message: Message): message is AssistantMessage {
  return message.role === 'assistant';
}

function costOf({ status }: AssistantMessage): Cost | undefined {
  return 'metrics' in status ? status.metrics.cost : undefined;
}

/**
 * Whether the provider charges for the answer. A refused request costs nothing, and the cost of a running answer isn't
 * known yet.
 */
function hasOutput({ status, text }: AssistantMessage): boolean {
  if ('metrics' in status) return status.metrics.outputTokens > 0;
  return status.kind === 'interrupted' && text !== '';
}
