import type { Random } from '../../common/random.js';
import type { Message } from '../chat/chat-request.js';
import { GREETING, TEST_CONFIRMED } from './about.js';
import { arithmeticAnswer } from './arithmetic.js';
import { capitalAnswer } from './capitals.js';
import { COMPUTING } from './computing.js';
import { conversationAnswer, repeatAnswer } from './conversation.js';
import { EVERYDAY } from './everyday.js';
import { fallbackAnswer } from './fallback.js';
import { FORMATS } from './formats.js';
import { GREETINGS } from './greetings.js';
import { LONG_TEXT } from './long.js';
import { PROGRAMMING } from './programming.js';
import { SCIENCE } from './science.js';
import { SMALL_TALK } from './small-talk.js';
import { snippetAnswer } from './snippets/snippet-answer.js';
import { quote, subjectOf } from './subject.js';
import type { Topic } from './topic.js';
import { UNICODE_SAMPLE } from './unicode.js';

// The first matching topic gives the answer: specific subjects come first, then formats, then plain greetings.
const TOPICS: readonly Topic[] = [
  { match: /^\W*(?:test|ping|testing)\W*$/i, text: TEST_CONFIRMED },
  {
    match:
      /\b(?:write|give|tell|show|make|need|want)\b.*\b(?:long|lengthy)\b|\blong (?:text|answer|story|article)\b|\bessay\b|\d{4,} (?:words|tokens)\b/i,
    text: LONG_TEXT,
  },
  {
    match: /\b(?:emoji|unicode|cjk|chinese|japanese|korean|arabic|hebrew|scripts)\b/i,
    text: UNICODE_SAMPLE,
  },
  ...GREETINGS,
  ...SMALL_TALK,
  ...SCIENCE,
  ...PROGRAMMING,
  ...COMPUTING,
  ...EVERYDAY,
  ...FORMATS,
  {
    match:
      /^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening)|help|who are you|what can you do)\b.{0,60}$/i,
    text: GREETING,
  },
];

/** Only this part of a message is searched, in UTF-16 units. */
const READ_LIMIT = 2_000;

/**
 * Returns the answer to a conversation: a prepared text for its last user message, which can depend on earlier
 * messages. `random` decides only between equally good answers.
 */
export function composeAnswer(messages: readonly Message[], random: Random): string {
  const prompts = messages.filter(({ role }) => role === 'user').map(({ text }) => text.slice(0, READ_LIMIT));
  const prompt = prompts.at(-1) ?? '';
  const earlier = prompts.slice(0, -1);
  const answered = messages.findLast(({ role }) => role === 'assistant')?.text ?? '';
  const prepared =
    conversationAnswer(prompt, earlier, answered) ??
    repeatAnswer(prompt) ??
    capitalAnswer(prompt) ??
    arithmeticAnswer(prompt) ??
    snippetAnswer(prompt) ??
    TOPICS.find(({ match }) => match.test(prompt))?.text;
  if (prepared === undefined) return fallbackAnswer(subjectOf(prompt), random);
  const before = earlier.findLastIndex((text) => text.trim() !== '' && text.trim() === prompt.trim());
  return before === -1
    ? prepared
    : `You asked ${quote(prompt)} before, as message ${before + 1}. The answer has not changed.\n\n${prepared}`;
}
