import type { Topic } from './topic.js';

/** Answers to small talk. */
export const SMALL_TALK: readonly Topic[] = [
  {
    match:
      /^\W*(?:(?:hi|hello|hey)(?: there)?\W+)?(?:how are you|how(?:'s| is) it going|how do you do|what'?s up)\b/i,
    text: `Fine, thank you: no queue, no rate limit, no bill. I am the simulator that comes with vastar-tui, so I have no bad days, except on request (\`sim-fault-503\` is one).

What would you like to see? Say "hello" for a list.`,
  },
  {
    match:
      /\b(?:what|which) (?:ai |language )?model (?:are|is|do)\b|\bare you (?:a |an )?(?:real|ai\b|chatgpt|gpt|claude|human|bot|robot|language model|llm)|\bwho (?:made|built|created) you\b/i,
    text: `I am no model at all. I am the simulator that comes with vastar-tui: a small program that speaks the protocol of the OpenAI API and sends **prepared answers** at the pace of a real one. Nothing you write leaves this machine.

For answers by a real model, start with \`--mode openai\` and a key, or point \`openai.base_url\` at any compatible server: Ollama, vLLM, LM Studio and many others.`,
  },
  {
    match: /^\W*(?:ok(?:ay)?|yes|yep|no|nope|sure|cool|nice|great|wow|good|got it|i see|hm+)\W*$/i,
    text: `Good. Ask for something else: an explanation, some code, a table, a joke, or "a long text" when you want much to read.`,
  },
  {
    match: /^\W*(?:bye|goodbye|good night|see you|quit|exit)\b.{0,20}$/i,
    text: `Goodbye! Your conversation ends when you leave; I remember nothing. ctrl+c twice leaves the chat.`,
  },
  {
    match:
      /\bwhat (?:time|day|date) is it\b|\b(?:current|today'?s) (?:time|date)\b|\bthe (?:weather|news) (?:in|today|now|like)|\bhow(?:'s| is) the weather\b/i,
    text: `I can't know: I see only the text of your message, no clock, no window and no network. That is true for most language models too. They are told the date in the system message, and they get the weather by **calling a tool** that the program offers:

1. The request lists functions, such as \`get_weather(city)\`.
2. The model answers with a call of one instead of a text.
3. The program runs it and sends the result back.
4. The model answers with what it learnt.

The model \`sim-tools\` of this simulator plays the second and the fourth part.`,
  },
  {
    match: /\bmeaning of life\b|\bthe ultimate question\b/i,
    text: `**42**, according to a computer that thought about it for seven and a half million years.

The useful part of that story is its end: nobody had written down exactly what the question was.`,
  },
  {
    match:
      /^\W*(?:can you |could you |please )*(?:tell|write|give)(?: me)? (?:a|another|some) (?:short |little |bedtime |funny )*stor(?:y|ies)\b/i,
    text: `**The lighthouse that counted**

On a rock far out at sea stood a lighthouse whose keeper was fond of numbers. Each night he wrote down how many ships passed and how long each was in sight. "Seven," he would say. "The last one for forty minutes."

One autumn the fog came and stayed for nine days. No ship could be seen. The keeper lit the lamp all the same, and in the column for ships he wrote a zero, nine times.

On the tenth day a boat came to the rock. A captain climbed the stairs, out of breath, with a basket of oranges.

"We were all out there," she said. "Eleven ships. Each of us steered by your light, and none of us could signal back."

The keeper looked at his zeros for a while. Then he opened the book and added a new column. At its top he wrote: *not seen*.

From then on it was the column he was proudest of.`,
  },
  {
    match:
      /\bhelp me (?:to )?(?:debug|fix)\b|\bwhat'?s wrong with (?:this|my)\b|\bfix (?:this|my) (?:code|bug)\b/i,
    text: `I can't read code, but this is how to find out:

1. **Make it happen again**, on the smallest input that still shows it.
2. **Read the whole message.** The first line of a stack trace that is in your own code is the place to begin.
3. **Say what you expected**, and what came instead, in one sentence each. Often the mistake shows itself there.
4. **Halve it.** Put a check in the middle: are the values right up to here? Then look in the half that is wrong.
5. **Change one thing at a time**, and take back what didn't help.
6. **Write the test first** that fails by this defect, and keep it.

A real model can do more when you paste the code, the message and what you expected: start with \`--mode openai\`.`,
  },
];
