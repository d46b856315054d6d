import type { Random } from '../../common/random.js';
import { pick } from '../random.js';

type Template = (subject: string) => string;

const TEMPLATES: readonly [Template, ...Template[]] = [
  (
    subject,
  ) => `You asked about **${subject}**. I am the bundled simulator, so I have no knowledge of it; a real model would probably answer in three steps:

1. **Say what it is** in one plain sentence, before anything else.
2. **Give an example** that is small enough to keep in mind.
3. **Name the limits**: when it does not apply, and what people often get wrong.

To get that answer, switch to a real API with \`--mode openai\`. To see what I can do, say "hello".`,
  (
    subject,
  ) => `**${subject}** is a good thing to ask a language model. I only imitate one: this text was prepared beforehand, but it travels the same way as a real answer.

- It began after a wait, as if your prompt were being read.
- It comes token by token, at a steady pace.
- It ends with a finish reason and, when asked for, the number of tokens.

So you can measure, stop, repeat and break things here without paying for it. For an answer about the matter itself, use a real API.`,
  (subject) => `I have nothing prepared about **${subject}**. These are the subjects I know something about:

| subject | try |
|---|---|
| physics | Explain quantum computing in simple terms. |
| programming | What is async/await? |
| formats | Show me a table, a list or some code. |
| languages | Show me emoji and other scripts. |
| length | Write a long text. |

Everything else gets an answer like this one. The simulator is for trying the connection, the timing and the screen; a real model is one \`--mode openai\` away.`,
];

const NOTHING_ASKED = `Your message was empty, so there is nothing to answer. Say "hello" to see what this simulator can do.`;

/** Returns the answer for a subject without a prepared text. The answer says that there is none. */
export function fallbackAnswer(subject: string, random: Random): string {
  return subject === '' ? NOTHING_ASKED : pick(TEMPLATES, random)(subject);
}
