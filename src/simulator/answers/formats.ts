import type { Topic } from './topic.js';

/**
 * Answers to prompts for a format instead of a subject, e.g. a table. Named programming languages come before code in
 * general.
 */
export const FORMATS: readonly Topic[] = [
  {
    match: /\bpython\b/i,
    text: `Here is a small Python program that counts the most frequent words of a text:

\`\`\`python
import re
import sys
from collections import Counter


def most_frequent(text: str, count: int = 10) -> list[tuple[str, int]]:
    words = re.findall(r"[^\\W\\d_]+", text.lower())
    return Counter(words).most_common(count)


if __name__ == "__main__":
    for word, times in most_frequent(sys.stdin.read()):
        print(f"{times:6}  {word}")
\`\`\`

Run it with a file on standard input: \`python3 words.py < book.txt\`.

The pattern matches runs of letters in any script, and \`Counter\` does the rest. For texts larger than memory, feed it line by line with \`counter.update(...)\`.`,
  },
  {
    match: /\bsql\b|\bdatabase quer/i,
    text: `This query gives the three best customers of each country by revenue:

\`\`\`sql
WITH revenue AS (
  SELECT c.country, c.name, SUM(o.amount) AS total
  FROM customers AS c
  JOIN orders AS o ON o.customer_id = c.id
  GROUP BY c.country, c.id, c.name
),
ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY total DESC) AS place
  FROM revenue
)
SELECT country, place, name, total
FROM ranked
WHERE place <= 3
ORDER BY country, place;
\`\`\`

The window function numbers the rows of each country on its own, which a plain \`GROUP BY\` with \`LIMIT\` cannot do. An index on \`orders (customer_id)\` keeps the join cheap.`,
  },
  {
    match: /\b(?:bash|shell) ?script\b|\bin (?:bash|shell)\b/i,
    text: `This script prints the ten largest files below a folder:

\`\`\`bash
#!/usr/bin/env bash
set -euo pipefail

folder="\${1:-.}"

find "$folder" -type f -printf '%s\\t%p\\n' |
  sort -rn |
  awk -F '\\t' 'NR <= 10 { printf "%10.1f KiB  %s\\n", $1 / 1024, $2 }'
\`\`\`

\`set -euo pipefail\` ends it at the first command that fails, at a variable that is not set, and at a failure inside a pipe. The quotes around \`$folder\` keep names with spaces in one piece. \`-printf\` belongs to GNU find.`,
  },
  {
    match: /\btable\b|\bcompar(?:e|ison)\b|\bversus\b|\bvs\b/i,
    text: `Here is a comparison of three ways to get live data from a server:

| | polling | server-sent events | WebSocket |
|---|---|---|---|
| direction | client asks | server to client | both |
| protocol | HTTP | HTTP | its own, after an HTTP upgrade |
| reconnects by itself | yes, trivially | yes | no |
| binary data | yes | no | yes |
| passes proxies | always | nearly always | usually |
| cost when idle | high | low | low |
| good for | rare changes | feeds, LLM answers | games, editors, chat |

As a rule: take **server-sent events** when only the server has something to say, **WebSocket** when both sides talk, and **polling** when a change every few minutes is soon enough.`,
  },
  {
    match:
      /\b(?:a|the|numbered|bullet(?:ed)?) list\b|\b(?:lists|checklist|bullets?|bullet points|steps|tips|ideas)\b/i,
    text: `Here is a checklist for putting a service that calls a language model into production:

1. **Set a deadline** for every request, and pass it on to whatever it calls.
2. **Stream**, so that people see progress within half a second.
3. **Retry with care**: only errors that may pass, with growing, random pauses, and never after the first token was shown.
4. **Obey Retry-After.** The provider knows better than your back-off.
5. **Measure** time to first token and tokens a second, and look at the 95th percentile.
6. **Handle a cut stream.** Keep what came, and say that it is incomplete.
7. **Keep keys out** of logs, error messages and screenshots:
   - read them from the environment,
   - never put them into a URL,
   - rotate them.
8. **Rehearse failures.** The models named \`sim-fault-...\` of this simulator are made for that.

If you do only three of these, take 1, 3 and 6.`,
  },
  {
    match: /\b(?:haiku|poem|verse)\b.*\b(?:sea|ocean|water|waves?|beach)\b/i,
    text: `*The tide*

It writes on the sand,
reads it once, and takes it back.
The shore keeps the page.`,
  },
  {
    match: /\b(?:haiku|poem|verse)\b.*\b(?:autumn|fall|winter|spring|summer|nature|trees?|leaf|leaves)\b/i,
    text: `*October*

The maple lets go
of one leaf, then of the next,
and stands there, lighter.`,
  },
  {
    match: /\b(?:haiku|poem|verse)\b.*\b(?:code|coding|program\w*|computers?|bugs?|software)\b/i,
    text: `*Off by one*

The loop ran once more.
Nobody had asked it to.
All the tests were green.`,
  },
  {
    match: /\bhaiku\b|\bpoem\b|\bverse\b/i,
    text: `*Streaming*

One word, then the next:
rain on a roof of tin cans.
No one waits for all.`,
  },
  {
    match: /\bjoke\b|\bfunny\b/i,
    text: `A packet of 1,500 bytes walks into a bar.

The bartender says: "You look broken up."

"I'm fine," says the packet. "But my brother had \`DF\` set, and nobody ever told him why he was turned away."`,
  },
  {
    match: /\bcode\b|\bfunction\b|\bprogram\b|\bscript\b|\btypescript\b|\bjavascript\b|\balgorithm\b/i,
    text: `Here is a TypeScript function that runs many tasks with only a few at a time:

\`\`\`ts
/** Runs \`task\` for every item, at most \`limit\` at once. Results keep the items' order. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();

  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      results[index] = await task(item);
    }
  };

  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
\`\`\`

Used like this:

\`\`\`ts
const pages = await mapLimited(urls, 4, async (url) => (await fetch(url)).text());
\`\`\`

The trick is that all workers share **one iterator**. Each takes the next item when it is free, so a slow task holds up nobody else, and no counter or lock is needed. When a task fails, the promise rejects with its error at once.`,
  },
];
