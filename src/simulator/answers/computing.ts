import type { Topic } from './topic.js';

/** Explanations for frequent questions of programmers. */
export const COMPUTING: readonly Topic[] = [
  {
    match: /\brecursi(?:on|ve)\b/i,
    text: `Recursion is solving a problem by solving a smaller one of the same kind. A recursive function calls itself, and it needs two parts:

1. a **base case**, which is answered at once, and
2. a **step**, which makes the problem smaller.

\`\`\`python
def total(items: list) -> int:
    """The sum of all numbers in lists within lists."""
    return sum(total(item) if isinstance(item, list) else item for item in items)


print(total([1, [2, 3], [[4], 5]]))  # 15
\`\`\`

It is at its best where the data is nested itself: folders, JSON, trees. A loop is better for what is only long, because each call takes a piece of the stack and the stack is small.`,
  },
  {
    match: /\btcp\b|\budp\b/i,
    text: `TCP and UDP both carry data between programs on top of IP. They differ in what they promise:

| | TCP | UDP |
|---|---|---|
| connection | set up first, closed at the end | none |
| arrives | everything, in order, once | perhaps, in any order, perhaps twice |
| unit | a stream of bytes | single packets |
| slows down for the network | yes | no |
| costs | a round trip before the first byte | nothing |
| used by | HTTP/1 and 2, mail, SSH | DNS, games, calls, HTTP/3 |

The stream is what surprises people most: TCP knows no messages. Two writes may arrive as one read, and one write as five; whoever reads must find the ends of messages, for instance by a blank line, as server-sent events do.`,
  },
  {
    match: /\bdns\b/i,
    text: `DNS turns names into addresses. When your machine needs \`www.example.com\`, it asks a **resolver**, usually that of the network, which works from the right end of the name to the left:

1. A **root server** says who knows \`.com\`.
2. That server says who knows \`example.com\`.
3. And that one says what address \`www.example.com\` has.

Every answer carries a time to live, in seconds, and is remembered that long by everybody on the way. So most questions are answered within a millisecond, and a change of address takes as long to arrive as the old answer may be kept.`,
  },
  {
    match: /\bdocker\b|\bcontainers?\b.*\b(?:image|virtual|vm)\b/i,
    text: `Docker packs a program with everything it needs to run, and runs it apart from the rest of the machine.

- An **image** is the package: files in layers, each made by one line of a \`Dockerfile\`.
- A **container** is a running image: an ordinary process that sees its own files, processes and network.

\`\`\`dockerfile
FROM node:24-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
USER node
CMD ["node", "server.js"]
\`\`\`

The order matters: what changes rarely comes first, so that its layers are taken from the cache. Unlike a virtual machine, a container shares the kernel of its host, so it starts in milliseconds, and isolates less.`,
  },
  {
    match: /\bkubernetes\b|\bk8s\b/i,
    text: `Kubernetes keeps containers running on a group of machines. You say what should be there, and it works to make it so, again and again:

- A **pod** is one or more containers that belong together.
- A **deployment** says how many copies of a pod there are, and replaces them step by step when the version changes.
- A **service** gives the copies one address.
- The **scheduler** decides which machine has room for the next pod.

When a machine dies, its pods are started elsewhere; nobody has to be woken. The price is a system with many parts of its own. For one program on one machine it is more trouble than help.`,
  },
  {
    match: /\b(?:llms?|language models?|transformers?|chatgpt|gpt)\b/i,
    text: `A large language model is a program that continues text. It was trained on a great deal of it, to guess the next **token**, a piece of about four characters.

1. The text so far is cut into tokens, and each becomes a list of numbers.
2. Many layers mix these lists. In each, **attention** lets every token look at those before it that matter: "it" at the noun it stands for.
3. The last layer gives a probability for every possible next token.
4. One is drawn, added to the text, and all begins again.

That is why an answer arrives piece by piece, why a long prompt takes time before the first piece, and why the same question can be answered differently: the draw is random, as \`temperature\` allows.

It also explains the mistakes. The model says what is likely, and what is likely is not always true.`,
  },
  {
    match: /\b(?:machine|deep) learning\b|\bneural net|\bartificial intelligence\b|\bwhat(?:'s| is) ai\b/i,
    text: `Machine learning is programming by examples. Nobody writes the rules; a program with many adjustable numbers is shown examples and adjusted until its answers fit.

| kind | it learns from | for instance |
|---|---|---|
| supervised | examples with the right answer | is this mail spam? |
| unsupervised | examples alone | which customers are alike? |
| reinforcement | rewards for what it tried | playing Go, walking |

A **neural network** is the most used form: layers of simple sums, each followed by a bend. Training measures the error of an answer, works out for each number which way would make it smaller, and moves all of them a tiny step, millions of times.

The usual trap is **overfitting**: learning the examples by heart. So some are held back, and only success on those counts.`,
  },
  {
    match: /\bclosures?\b/i,
    text: `A closure is a function together with the variables of the place it was made in. It keeps them, even when that place is long gone:

\`\`\`js
function counter() {
  let count = 0;
  return () => (count += 1);
}

const visits = counter();
visits(); // 1
visits(); // 2
\`\`\`

Nobody else can reach \`count\`: a closure is the smallest form of an object with private state. Remember that it keeps the **variable**, not its value at that time, and that it keeps it in memory as long as the function lives.`,
  },
  {
    match: /\breact\b|\bvue\b|\bsvelte\b/i,
    text: `React is a library for user interfaces. You write what the screen should look like for a given state; it works out what has to change when the state does.

\`\`\`js
function Likes() {
  const [count, setCount] = useState(0);
  return h('button', { onClick: () => setCount(count + 1) }, \`\${count} likes\`);
}
\`\`\`

- A **component** is a function from properties and state to a description of the screen.
- **State** is never changed in place; it is replaced, which is how React notices.
- **Effects** are for what happens outside: timers, requests, subscriptions.

It isn't tied to the browser. This chat, for one, is drawn in your terminal by React.`,
  },
  {
    match: /\brust\b/i,
    text: `Rust is a programming language for what used to be written in C and C++: as fast, without a garbage collector, and with a compiler that rules out whole kinds of mistakes.

Its main idea is **ownership**. Every value has one owner and is freed when the owner goes. Others may borrow it: many to read, or one to write, never both.

\`\`\`rust
fn longest(words: &[String]) -> Option<&String> {
    words.iter().max_by_key(|word| word.len())
}
\`\`\`

So there are no dangling pointers, no double frees, and no data races between threads. The price is a compiler that argues, and the argument is worth having: it usually found something.`,
  },
  {
    match: /\bregex\b|\bregular expressions?\b/i,
    text: `A pattern for email addresses that serves in practice:

\`\`\`text
^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$
\`\`\`

| part | means |
|---|---|
| \`^\`, \`$\` | the beginning, the end |
| \`[^\\s@]+\` | one or more characters that are neither space nor @ |
| \`\\.\` | a full stop, not "any character" |

The exact grammar of addresses is far wider, and no pattern says whether the mailbox exists. Check for plain slips, then send a message with a link.`,
  },
  {
    match: /\bsorting algorithms\b|\bbig[- ]o\b|\bcomplexity of\b/i,
    text: `Binary search finds a value in a sorted list by halving what is left:

\`\`\`python
def find(items: list[int], wanted: int) -> int | None:
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else None
\`\`\`

| algorithm | steps for n items | for a million |
|---|---|---|
| binary search | log n | 20 |
| look at each | n | 1,000,000 |
| quicksort, merge sort | n log n | 20,000,000 |
| bubble sort | n² | 1,000,000,000,000 |

The mistakes are always at the ends: keep one rule for whether \`high\` is inside, as above, where it never is.`,
  },
  {
    match: /\blinked list\b/i,
    text: `To reverse a linked list, walk along it and turn each arrow round:

\`\`\`ts
interface Link<T> {
  value: T;
  next: Link<T> | undefined;
}

function reverse<T>(first: Link<T> | undefined): Link<T> | undefined {
  let done: Link<T> | undefined;
  for (let link = first; link !== undefined; ) {
    const { next } = link;
    link.next = done;
    done = link;
    link = next;
  }
  return done;
}
\`\`\`

It takes one pass and no further memory. The order of the four lines matters: \`next\` has to be kept before it is overwritten.`,
  },
];
