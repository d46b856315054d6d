import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/common/random.js';
import { GREETING } from '../../src/simulator/answers/about.js';
import { composeAnswer } from '../../src/simulator/answers/compose.js';
import { COMPUTING } from '../../src/simulator/answers/computing.js';
import { EVERYDAY } from '../../src/simulator/answers/everyday.js';
import { FORMATS } from '../../src/simulator/answers/formats.js';
import { GREETINGS } from '../../src/simulator/answers/greetings.js';
import { LONG_TEXT } from '../../src/simulator/answers/long.js';
import { PROGRAMMING } from '../../src/simulator/answers/programming.js';
import { SCIENCE } from '../../src/simulator/answers/science.js';
import { SMALL_TALK } from '../../src/simulator/answers/small-talk.js';
import { subjectOf } from '../../src/simulator/answers/subject.js';
import { UNICODE_SAMPLE } from '../../src/simulator/answers/unicode.js';
import type { Message } from '../../src/simulator/chat/chat-request.js';

const user = (text: string): Message => ({ role: 'user', text });
const assistant = (text: string): Message => ({ role: 'assistant', text });
const ask = (...messages: (string | Message)[]): string =>
  composeAnswer(
    messages.map((message) => (typeof message === 'string' ? user(message) : message)),
    createRandom(1),
  );

describe('a prompt', () => {
  test('about quantum computing gets 1,500 to 2,000 characters with two lists', () => {
    const answer = ask('Explain quantum computing in simple terms.');
    expect(answer).toMatch(/^Quantum computing is/);
    expect(answer.length).toBeGreaterThanOrEqual(1_500);
    expect(answer.length).toBeLessThanOrEqual(2_000);
    expect(answer).toMatch(/^- \*\*Entanglement/m);
    expect(answer).toMatch(/^1\. \*\*Chemistry/m);
  });

  test.each([
    ['What is the capital of France?', 'The capital of France is Paris.'],
    ['capital of the united kingdom please', 'The capital of the united kingdom is London.'],
    ['And what is the capital city of New Zealand?', 'The capital of New Zealand is Wellington.'],
  ])('%s gets an answer in one sentence', (prompt, answer) => {
    expect(ask(prompt)).toBe(answer);
  });

  test.each([
    ['What is TypeScript?', /^TypeScript is a statically typed superset of JavaScript/],
    ['What is Node.js?', /^Node\.js is a JavaScript runtime built on Chrome's V8/],
    ['What is async/await?', /^Async\/await is a modern way to handle asynchronous/],
    ['hello', /^Hello! I am the simulator/],
    ['Write me some code', /```ts\n/],
    ['Write a Python program', /```python\n/],
    ['Make a table of protocols', /^\| direction \|/m],
    ['Give me a list of tips', /^1\. \*\*Set a deadline/m],
    ['Show me some emoji and CJK text', /👨‍👩‍👧‍👦/u],
    ['What is SSE?', /text\/event-stream/],
    ['test', /^The test has arrived/],
    ['Hi there, how are you?', /^Fine, thank you/],
    ['What model are you?', /^I am no model at all/],
    ['Tell me a story', /lighthouse/],
    ['What is the weather today?', /calling a tool/],
    ['explain recursion', /^Recursion is/],
    ['What is the difference between TCP and UDP?', /\| connection \|/],
    ['How does a transformer work?', /^A large language model/],
    ['reverse a linked list', /interface Link<T>/],
    ['Make a table of planets', /\| Saturn \|/],
    ['Give me some JSON', /^```json\n/],
    ['Write a haiku about the sea', /^\*The tide\*/],
    ['fizzbuzz', /^FizzBuzz in Python/],
    ['fizzbuzz in Rust please', /fn main\(\) \{\n {4}for number in 1\.\.=100/],
    ['Write a function in Go that reverses a string', /slices\.Reverse/],
    ['quicksort in Java', /static void quicksort/],
    ['Write a binary search in TypeScript', /```ts\nfunction find\(/],
    ['Write a C program', /#include <stdio\.h>/],
    ['Bonjour !', /^Bonjour !/],
    ['¡Hola! ¿Qué tal?', /^¡Hola!/],
    ['Guten Tag', /^Hallo!/],
    ['你好吗', /^你好！/],
    ['Repeat after me: banana', /^banana$/],
  ])('%s gets a fitting answer', (prompt, expected) => {
    expect(ask(prompt)).toMatch(expected);
  });

  test.each([
    ['What is 2+2?', '2 + 2 = **4**'],
    ['12 times 34', '12 * 34 = **408**'],
    ['2 + 3 * 4', '2 + 3 * 4 = **14**'],
    ['(2 + 3) * 4 =', '(2 + 3) * 4 = **20**'],
    ['what is 2^3^2', '2 ^ 3 ^ 2 = **512**'],
    ['10 - 4 - 3', '10 - 4 - 3 = **3**'],
    ['-2 ^ 2 + 1', '- 2 ^ 2 + 1 = **-3**'],
    ['1000000 / 8', '1000000 / 8 = **125,000**'],
    ['What is 15% of 80?', '15 % of 80 = **12**'],
    ['What is the square root of 144?', '√144 = **12**'],
    ['1 / 0', '1 / 0 has no value: nothing can be divided by zero.'],
  ])('to calculate %s is calculated', (prompt, answer) => {
    expect(ask(prompt)).toBe(answer);
  });

  test.each(['2024-01-05', '1/2/2026', '(((1 + 2', '1 + + 2 2', '5', '3 4', '1 + 2 apples'])(
    'that is not a calculation is not calculated: %s',
    (prompt) => {
      expect(ask(prompt)).not.toMatch(/ = \*\*/);
    },
  );

  test('that requests a long text gets about 8,000 characters with headings and a table', () => {
    const answer = ask('Write a long story about clocks.');
    expect(answer).toBe(LONG_TEXT);
    expect(answer.length).toBeGreaterThan(7_000);
    expect(answer.match(/^## /gm)).toHaveLength(8);
  });

  test('that only contains the word "long" does not', () => {
    expect(ask('How long is the Nile?')).not.toBe(LONG_TEXT);
  });

  test('without a prepared answer gets one that names the subject and says that it is prepared', () => {
    for (let seed = 0; seed < 20; seed++) {
      const answer = composeAnswer([user('Please explain the Treaty of Utrecht.')], createRandom(seed));
      expect(answer).toContain('**the Treaty of Utrecht**');
      expect(answer).toMatch(/simulator|imitate/);
    }
  });

  test('gets different answers for different seeds, and the same for one seed', () => {
    const answers = Array.from({ length: 20 }, (_, seed) =>
      composeAnswer([user('Why do cats purr?')], createRandom(seed)),
    );
    expect(new Set(answers).size).toBe(3);
    expect(ask('Why do cats purr?')).toBe(ask('Why do cats purr?'));
  });

  test('that is empty or missing still gets an answer', () => {
    expect(ask('  \n ')).toMatch(/^Your message was empty/);
    expect(composeAnswer([{ role: 'system', text: 'Be brief.' }], createRandom(1))).toMatch(
      /^Your message was empty/,
    );
  });
});

describe('a later message', () => {
  const talk = ['What is TypeScript?', assistant('…'), 'What is Node.js?', assistant('…')] as const;

  test('may ask for the first and the previous question', () => {
    expect(ask(...talk, 'What was my first question?')).toBe('Your first message was "What is TypeScript?".');
    expect(ask(...talk, 'What did I ask before?')).toBe(
      'Before this you wrote "What is Node.js?". The conversation began with "What is TypeScript?".',
    );
  });

  test('may ask how many there were, and for a summary', () => {
    expect(ask(...talk, 'How many questions have I asked?')).toContain('message 3');
    expect(ask(...talk, 'Give me a summary')).toContain(
      '1. You wrote "What is TypeScript?".\n2. You wrote "What is Node.js?".',
    );
  });

  test('may request a summary of the last answer', () => {
    const answer = ask('What is TypeScript?');
    expect(ask('What is TypeScript?', assistant(answer), 'shorter please')).toBe(
      'In short: TypeScript is a statically typed superset of JavaScript.',
    );
    expect(ask('x', assistant('| a |\n|---|'), 'shorter')).not.toMatch(/^In short/);
  });

  test('may be thanks, or a request for more', () => {
    expect(ask(...talk, 'Thanks!')).toContain('"What is Node.js?"');
    expect(ask(...talk, 'go on')).toContain('"What is Node.js?"');
  });

  test('that repeats a question gets an answer that says so', () => {
    expect(ask('What is SSE?', assistant('…'), 'What is SSE?')).toMatch(
      /^You asked "What is SSE\?" before, as message 1\./,
    );
  });
});

test.each([
  ['Please could you tell me about the moon?', 'the moon'],
  ['How do I bake bread?', 'bake bread'],
  ['what is a monad', 'a monad'],
  ['???', ''],
  ['x'.repeat(500), `${'x'.repeat(60)}...`],
  [
    'Compare one two three four five six seven eight nine ten eleven twelve thirteen',
    'Compare one two three four five six seven eight nine ten...',
  ],
  ['👩‍💻'.repeat(80), `${'👩‍💻'.repeat(60)}...`],
])('the subject of prompt %# is kept short and without its opening', (prompt, subject) => {
  expect(subjectOf(prompt)).toBe(subject);
});

describe('prepared texts', () => {
  const texts = [
    GREETING,
    LONG_TEXT,
    UNICODE_SAMPLE,
    ...[...SMALL_TALK, ...GREETINGS, ...SCIENCE, ...PROGRAMMING, ...COMPUTING, ...EVERYDAY, ...FORMATS].map(
      ({ text }) => text,
    ),
    ...['fizzbuzz', 'quicksort', 'hello world', 'reverse a string'].flatMap((task) =>
      ['TypeScript', 'JavaScript'].map((language) => ask(`${task} in ${language}`)),
    ),
  ];
  const blocks = texts.flatMap((text) => [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]);
  const scripts = blocks
    .filter(([, language]) => language === 'ts' || language === 'js')
    .map(([, , code]) => code ?? '');

  test('close every code block and contain no carriage return', () => {
    for (const text of texts) {
      expect(text.match(/^```/gm)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0);
      expect(text).not.toContain('\r');
    }
    expect(scripts.length).toBeGreaterThanOrEqual(5);
  });

  test.each(scripts)('contains code that parses: %#', (code) => {
    const body = stripTypeScriptTypes(code)
      .replace(/^import .*$/gm, '')
      .replace(/^export /gm, '');
    expect(() => new Function(`return async () => { ${body} }`)).not.toThrow();
  });

  test('the function that limits concurrency does what its text says', async () => {
    const code = scripts.find((script) => script.includes('mapLimited<T, R>')) ?? '';
    const body = stripTypeScriptTypes(code).replace('export ', '');
    const mapLimited = new Function(`${body}; return mapLimited;`)();
    let running = 0;
    let most = 0;
    const results: number[] = await mapLimited([5, 1, 4, 2, 3], 2, async (item: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item));
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });
});
