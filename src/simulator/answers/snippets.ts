/** Frequently requested small programs, by task and language. */
interface Task {
  match: RegExp;
  about: string;
  /** By the language's name in a code block. */
  code: Readonly<Record<string, string>>;
  /** The text after the code. */
  note: string;
}

const LANGUAGES: readonly [name: string, title: string, match: RegExp][] = [
  ['python', 'Python', /\bpython\b/i],
  ['ts', 'TypeScript', /\btypescript\b|\bts\b/i],
  ['js', 'JavaScript', /\bjavascript\b|\bnode(?:\.js)?\b|\bjs\b/i],
  ['rust', 'Rust', /\brust\b/i],
  ['go', 'Go', /\bgolang\b|\b(?:in|a) go\b/i],
  ['java', 'Java', /\bjava\b/i],
  ['cpp', 'C++', /\bc\+\+|\bcpp\b/i],
  ['c', 'C', /\b(?:in|a) c\b(?!\+|#)/i],
  ['bash', 'Bash', /\bbash\b|\bshell\b/i],
];

const TASKS: readonly Task[] = [
  {
    match: /\bfizz ?buzz\b/i,
    about: 'FizzBuzz',
    code: {
      python: `for number in range(1, 101):
    word = "Fizz" * (number % 3 == 0) + "Buzz" * (number % 5 == 0)
    print(word or number)`,
      js: `for (let number = 1; number <= 100; number += 1) {
  const word = (number % 3 === 0 ? 'Fizz' : '') + (number % 5 === 0 ? 'Buzz' : '');
  console.log(word || number);
}`,
      ts: `const word = (number: number): string =>
  (number % 3 === 0 ? 'Fizz' : '') + (number % 5 === 0 ? 'Buzz' : '') || String(number);

for (let number = 1; number <= 100; number += 1) console.log(word(number));`,
      rust: `fn main() {
    for number in 1..=100 {
        match (number % 3, number % 5) {
            (0, 0) => println!("FizzBuzz"),
            (0, _) => println!("Fizz"),
            (_, 0) => println!("Buzz"),
            _ => println!("{number}"),
        }
    }
}`,
      go: `package main

import "fmt"

func main() {
	for number := 1; number <= 100; number++ {
		switch {
		case number%15 == 0:
			fmt.Println("FizzBuzz")
		case number%3 == 0:
			fmt.Println("Fizz")
		case number%5 == 0:
			fmt.Println("Buzz")
		default:
			fmt.Println(number)
		}
	}
}`,
      java: `public class FizzBuzz {
    public static void main(String[] args) {
        for (int number = 1; number <= 100; number++) {
            String word = (number % 3 == 0 ? "Fizz" : "") + (number % 5 == 0 ? "Buzz" : "");
            System.out.println(word.isEmpty() ? number : word);
        }
    }
}`,
      c: `#include <stdio.h>

int main(void) {
    for (int number = 1; number <= 100; number++) {
        if (number % 15 == 0) puts("FizzBuzz");
        else if (number % 3 == 0) puts("Fizz");
        else if (number % 5 == 0) puts("Buzz");
        else printf("%d\\n", number);
    }
    return 0;
}`,
    },
    note: 'The trap is the order: 15 is divisible by 3 and by 5, so it has to be looked at first, or the words have to be put together.',
  },
  {
    match: /\brevers(?:e|es|ing)\b.*\bstring/i,
    about: 'Reversing a string',
    code: {
      python: `def reverse(text: str) -> str:
    return text[::-1]`,
      js: `const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

const reverse = (text) => [...segments.segment(text)].map(({ segment }) => segment).reverse().join('');`,
      ts: `const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

const reverse = (text: string): string =>
  [...segments.segment(text)].map(({ segment }) => segment).reverse().join('');`,
      rust: `fn reverse(text: &str) -> String {
    text.chars().rev().collect()
}`,
      go: `func reverse(text string) string {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes)
}`,
      java: `static String reverse(String text) {
    return new StringBuilder(text).reverse().toString();
}`,
      c: `#include <string.h>

void reverse(char *text) {
    if (*text == '\\0') return;
    for (char *left = text, *right = text + strlen(text) - 1; left < right; left++, right--) {
        char kept = *left;
        *left = *right;
        *right = kept;
    }
}`,
    },
    note: 'What counts as a character differs: bytes in C, code points in Python, Go and Rust. Only a split into *graphemes* keeps an emoji such as 👩‍💻 or an accented letter in one piece.',
  },
  {
    match: /\bbinary search\b/i,
    about: 'Binary search',
    code: {
      python: `def find(items: list[int], wanted: int) -> int | None:
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else None`,
      js: `function find(items, wanted) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return items[low] === wanted ? low : undefined;
}`,
      ts: `function find(items: readonly number[], wanted: number): number | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && item < wanted) low = middle + 1;
    else high = middle;
  }
  return items[low] === wanted ? low : undefined;
}`,
      rust: `fn find<T: Ord>(items: &[T], wanted: &T) -> Option<usize> {
    let (mut low, mut high) = (0, items.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if items[middle] < *wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low < items.len() && items[low] == *wanted).then_some(low)
}`,
      go: `func find(items []int, wanted int) (int, bool) {
	low, high := 0, len(items)
	for low < high {
		middle := low + (high-low)/2
		if items[middle] < wanted {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(items) && items[low] == wanted
}`,
      java: `static int find(int[] items, int wanted) {
    int low = 0, high = items.length;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (items[middle] < wanted) low = middle + 1;
        else high = middle;
    }
    return low < items.length && items[low] == wanted ? low : -1;
}`,
    },
    note: 'The list must be sorted. Each step halves the range, so a million items take 20 steps. The mistakes are always at the ends: keep one rule for whether `high` is inside, as above, where it never is.',
  },
  {
    match: /\bquick ?sort\b|\bsort (?:a|an|the) (?:list|array)\b/i,
    about: 'Quicksort',
    code: {
      python: `def quicksort(items: list) -> list:
    if len(items) < 2:
        return items
    pivot, *rest = items
    smaller = [item for item in rest if item < pivot]
    others = [item for item in rest if item >= pivot]
    return quicksort(smaller) + [pivot] + quicksort(others)`,
      js: `function quicksort(items) {
  if (items.length < 2) return items;
  const [pivot, ...rest] = items;
  const smaller = rest.filter((item) => item < pivot);
  const others = rest.filter((item) => item >= pivot);
  return [...quicksort(smaller), pivot, ...quicksort(others)];
}`,
      ts: `function quicksort(items: readonly number[]): number[] {
  const [pivot, ...rest] = items;
  if (pivot === undefined) return [];
  const smaller = rest.filter((item) => item < pivot);
  const others = rest.filter((item) => item >= pivot);
  return [...quicksort(smaller), pivot, ...quicksort(others)];
}`,
      rust: `fn quicksort<T: Ord>(items: &mut [T]) {
    if items.len() < 2 {
        return;
    }
    let last = items.len() - 1;
    let mut place = 0;
    for at in 0..last {
        if items[at] < items[last] {
            items.swap(at, place);
            place += 1;
        }
    }
    items.swap(place, last);
    let (left, right) = items.split_at_mut(place);
    quicksort(left);
    quicksort(&mut right[1..]);
}`,
      go: `func quicksort(items []int) {
	if len(items) < 2 {
		return
	}
	last, place := len(items)-1, 0
	for at := range last {
		if items[at] < items[last] {
			items[at], items[place] = items[place], items[at]
			place++
		}
	}
	items[place], items[last] = items[last], items[place]
	quicksort(items[:place])
	quicksort(items[place+1:])
}`,
      java: `static void quicksort(int[] items, int from, int to) {
    if (to - from < 2) return;
    int pivot = items[to - 1];
    int place = from;
    for (int at = from; at < to - 1; at++) {
        if (items[at] < pivot) {
            int kept = items[at];
            items[at] = items[place];
            items[place++] = kept;
        }
    }
    items[to - 1] = items[place];
    items[place] = pivot;
    quicksort(items, from, place);
    quicksort(items, place + 1, to);
}`,
    },
    note: 'On average it takes n log n steps. On a list that is sorted already it takes n², because the pivot then splits off one item at a time; that is why libraries choose the pivot with more care. Outside of an exercise, use theirs.',
  },
  {
    match: /\bhello,? world\b/i,
    about: 'Hello, world',
    code: {
      python: `print("Hello, world!")`,
      js: `console.log('Hello, world!');`,
      ts: `const greet = (whom: string): string => \`Hello, \${whom}!\`;

console.log(greet('world'));`,
      rust: `fn main() {
    println!("Hello, world!");
}`,
      go: `package main

import "fmt"

func main() {
	fmt.Println("Hello, world!")
}`,
      java: `public class Hello {
    public static void main(String[] args) {
        System.out.println("Hello, world!");
    }
}`,
      c: `#include <stdio.h>

int main(void) {
    puts("Hello, world!");
    return 0;
}`,
      cpp: `#include <iostream>

int main() {
    std::cout << "Hello, world!\\n";
}`,
      bash: `#!/usr/bin/env bash
echo 'Hello, world!'`,
    },
    note: 'The first program of nearly everybody since 1978, when *The C Programming Language* began with it.',
  },
];

/** Languages with separate prepared answers. */
const PREPARED = new Set(['python', 'ts', 'js', 'bash']);

/** Returns a small program in the named language; undefined when the prompt does not request a program. */
export function snippetAnswer(prompt: string): string | undefined {
  const named = LANGUAGES.find(([, , match]) => match.test(prompt));
  const anyWillDo =
    named !== undefined &&
    !PREPARED.has(named[0]) &&
    /\b(?:program|code|function|example|script|write)\b/i.test(prompt);
  const task = TASKS.find(({ match }) => match.test(prompt)) ?? (anyWillDo ? TASKS[0] : undefined);
  // Without a language, the prompt must be the task itself.
  if (task === undefined || (named === undefined && prompt.length > 80)) return undefined;
  const [name, title] = named ?? ['python', 'Python'];
  const code = task.code[name];
  if (code === undefined) return undefined;
  return `${task.about} in ${title}:\n\n\`\`\`${name}\n${code}\n\`\`\`\n\n${task.note}`;
}
