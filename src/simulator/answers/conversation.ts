import { quote } from './subject.js';

const RECALL =
  /\b(?:did|have) i (?:just )?(?:ask|say|tell|write|asked|said|told|written)\b|\b(?:first|last|previous|earlier) (?:question|message)\b/i;
const COUNT = /\bhow many\b.*\b(?:questions|messages|turns)\b/i;
const SUMMARY = /\b(?:summari[sz]e|summary|recap|tl;?dr)\b|\bwhat (?:did|have) we (?:discuss|talk)/i;
const CONTINUE =
  /^\W*(?:go on|continue|more|tell me more|and then|carry on|why|how so|really|(?:can you |could you )?(?:please )?(?:explain|say) (?:it|that|this)? ?(?:more|again|further|in more detail).{0,30}|in more detail|(?:an|another) example|give me an example)\W*$/i;
const SHORTER =
  /^\W*(?:(?:can|could) you )?(?:please )?(?:make it |say it |keep it |be |explain (?:it|that) )?(?:shorter|briefer|brief|in short|more briefly|in one sentence|simpler|in simple terms)\W*(?:please)?\W*$/i;
const REPEAT = /^\W*(?:please )?(?:repeat(?: after me)?|say)\s*:?\s+["“']?([^"”']{1,200}?)["”']?\s*$/i;
const THANKS = /^\W*(?:thanks?|thank you|thx|cheers)\b/i;

/**
 * Returns the answer to a message that is about the conversation itself; undefined for any other message.
 * @param earlier the user's messages before this one, oldest first
 * @param answered the last answer
 */
export function conversationAnswer(
  prompt: string,
  earlier: readonly string[],
  answered: string,
): string | undefined {
  const first = earlier[0];
  const last = earlier.at(-1);
  if (THANKS.test(prompt)) {
    return last === undefined
      ? "You're welcome!"
      : `You're welcome! I hope the answer to ${quote(last)} helped.`;
  }
  if (COUNT.test(prompt)) {
    return `This is message ${earlier.length + 1} of yours in this conversation.`;
  }
  if (first === undefined || last === undefined) return undefined;
  if (SUMMARY.test(prompt)) {
    const lines = earlier.map((message, index) => `${index + 1}. You wrote ${quote(message)}.`);
    return `So far in this conversation:\n\n${lines.join('\n')}\n\nEach request has the whole history, so even a simulator can list it.`;
  }
  if (RECALL.test(prompt)) {
    return /\bfirst\b/i.test(prompt)
      ? `Your first message was ${quote(first)}.`
      : `Before this you wrote ${quote(last)}.${earlier.length > 1 ? ` The conversation began with ${quote(first)}.` : ''}`;
  }
  if (SHORTER.test(prompt)) {
    const sentence = firstSentence(answered);
    if (sentence !== undefined) return `In short: ${sentence}`;
  }
  if (CONTINUE.test(prompt)) {
    return `The simulator has no further text about ${quote(last)}. You have written ${earlier.length + 1} messages so far; ask for "a summary" to see them in a list, or for "a long text" when you want much to read.`;
  }
  return undefined;
}

/** Returns the text to repeat, if the message requests that. */
export function repeatAnswer(prompt: string): string | undefined {
  return REPEAT.exec(prompt)?.[1]?.trim();
}

/** Returns the first sentence of running text, which is not a heading, a table or code. */
function firstSentence(text: string): string | undefined {
  const prose = text.split(/\n+/).find((line) => /^[\p{L}*"]/u.test(line));
  return prose === undefined ? undefined : /^.+?[.!?](?=\s|$)/.exec(prose)?.[0];
}
