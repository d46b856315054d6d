import type { Topic } from './topic.js';

export const PROGRAMMING: readonly Topic[] = [
  {
    match: /what(?:'s| is) typescript|explain typescript|^typescript\W*$/i,
    text: `TypeScript is a statically typed superset of JavaScript. Every JavaScript program is also a TypeScript program; TypeScript adds a way to write down what kind of value each variable, parameter and result has, and a compiler that checks it before the program runs.

\`\`\`ts
interface User {
  name: string;
  email?: string;
}

function greet(user: User): string {
  return \`Hello, \${user.name}!\`;
}

greet({ name: 'Ada' }); // fine
// greet({ nam: 'Ada' }) does not compile: 'nam' is not known in 'User'
\`\`\`

What you gain:

- **Mistakes are found early**: a wrong property name or a forgotten \`null\` shows in the editor, not in production.
- **Better tools**: completion, safe renaming and jump-to-definition all come from the types.
- **Documentation that cannot go stale**, because the compiler reads it too.

The types are erased when the program is built. What runs is plain JavaScript, so types cost nothing at run time, and they check nothing there either: data from outside still has to be validated.`,
  },
  {
    match: /what(?:'s| is) node(?:\.?js)?\b|explain node\.?js|^node\.js\W*$/i,
    text: `Node.js is a JavaScript runtime built on Chrome's V8 engine. It runs JavaScript outside the browser: on servers, in build tools and in command line programs like this one.

Its main idea is the **event loop**. A Node.js program does not wait for a file or a network answer by standing still. It hands the wish to the operating system, goes on with other work, and is called back when the result is there. One thread can therefore serve thousands of connections, as long as no single piece of work keeps it busy for long.

A web server takes a few lines:

\`\`\`js
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.end(\`You asked for \${request.url}\\n\`);
});

server.listen(3000, '127.0.0.1');
\`\`\`

It comes with modules for files, streams, cryptography, child processes and tests, and with npm, the largest collection of open source packages there is.

It is a good choice for network services and tools. For long calculations, use worker threads or another language: while JavaScript calculates, the loop stands still.`,
  },
  {
    match: /\basync\b.*\bawait\b|async\/await|\bpromises?\b.*\b(?:javascript|typescript|await)\b/i,
    text: `Async/await is a modern way to handle asynchronous work: code that waits for something, such as a network answer, without blocking everything else. It lets you write such code from top to bottom, as if it were synchronous.

- \`async\` in front of a function means that it returns a **promise**.
- \`await\` in front of a promise pauses *that function* until the promise settles. The rest of the program goes on.

\`\`\`js
async function loadUser(id) {
  const response = await fetch(\`https://api.example.com/users/\${id}\`);
  if (!response.ok) throw new Error(\`HTTP \${response.status}\`);
  return response.json();
}

try {
  const user = await loadUser(42);
  console.log(user.name);
} catch (error) {
  console.error('Could not load the user:', error.message);
}
\`\`\`

A rejected promise becomes an exception at the \`await\`, so \`try\` and \`catch\` work as usual.

One trap: two awaits in a row run one after the other. When neither needs the other's result, start both and wait for them together:

\`\`\`js
const [user, orders] = await Promise.all([loadUser(42), loadOrders(42)]);
\`\`\``,
  },
  {
    match: /server-sent events|\bsse\b|event.?stream/i,
    text: `Server-sent events (SSE) are a simple way for a server to push text to a client over one ordinary HTTP response. The response has the type \`text/event-stream\`, and it just does not end: each event is a few lines, closed by an empty one.

\`\`\`text
data: {"choices":[{"delta":{"content":"Hel"}}]}

data: {"choices":[{"delta":{"content":"lo"}}]}

data: [DONE]

\`\`\`

A reader has to be careful about four things:

1. Network packets end anywhere, also inside a line or inside one character.
2. Lines may end in LF, CRLF or CR.
3. The space after \`data:\` is optional, and lines that begin with a colon are comments.
4. An event may have several \`data:\` lines; they are joined by a line feed.

Most LLM providers stream their answers this way. So does this simulator: try the model \`sim-fault-split-utf8\` or \`sim-fault-crlf\` to see whether a client copes.`,
  },
  {
    match: /\bttft\b|time to first token|\blatency\b|tokens per second|\bthroughput\b/i,
    text: `Four figures describe how an answer from a language model feels:

| figure | what it measures | what it depends on |
|---|---|---|
| TTFT | time to first token | network, queue, length of the prompt |
| ITL | gap between tokens | size of the model, load on the server |
| E2E | whole answer | both of the above, and the answer's length |
| tok/s | output speed once it has begun | the inverse of ITL |

People notice TTFT first: under about half a second an answer feels immediate. After that they mind only that text comes faster than they read, which is some 5 to 10 tokens a second.

Two habits help when measuring. Look at percentiles, not only at means: one answer in a hundred that takes ten seconds disappears in an average. And count from the moment the request leaves, on a monotonic clock, so that nothing is hidden in between.`,
  },
  {
    match: /\bgit\b/i,
    text: `A handful of Git commands covers most days:

| you want to | command |
|---|---|
| see what changed | \`git status\`, \`git diff\` |
| record it | \`git add -p\`, \`git commit\` |
| start something new | \`git switch -c my-branch\` |
| get others' work | \`git pull --rebase\` |
| undo the last commit, keep the changes | \`git reset --soft HEAD~1\` |
| find the commit that broke it | \`git bisect start\` |

Two things are worth remembering. A commit is a snapshot, not a difference, and a branch is only a name that points at one. And almost nothing is ever lost: \`git reflog\` shows where every branch has been.`,
  },
];
