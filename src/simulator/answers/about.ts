/** Answers about the program itself. */
export const GREETING = `Hello! I am the simulator that comes with vastar-tui. I speak the OpenAI protocol, I cost nothing and I need no key, but I am **not a language model**: my answers are prepared texts, sent at the pace of a real one.

Some things to ask:

- Explain quantum computing in simple terms.
- Show me some code, a table, or a list.
- Write a long text. (Good for trying to scroll and to stop.)
- Show me emoji and other scripts.

The model's name decides how I behave:

| model | what it does |
|---|---|
| \`sim-fast\`, \`sim-slow\`, \`sim-instant\` | another pace |
| \`sim-400tps\` | 400 tokens a second; any number will do |
| \`sim-echo\` | repeats what you say |
| \`sim-fault-cut\`, \`sim-fault-429\`, ... | fails in a known way |

\`GET /v1/models\` and \`vastar-tui simulator --help\` list them all.

For a real model, set \`OPENAI_API_KEY\` and start with \`--mode openai\`, or point \`openai.base_url\` in config.yaml at any compatible API.`;

export const TEST_CONFIRMED =
  'The test has arrived: the simulator received your message and this answer came back the same way. Everything in between works.';

/** The answer of `POST /test_completion`. */
export const CONNECTION_CONFIRMED = 'The connection works: this is the vastar-tui simulator.';
