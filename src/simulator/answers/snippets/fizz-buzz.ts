import type { Task } from './task.js';

/** Answers to prompts about FizzBuzz. */
export const FIZZ_BUZZ: Task = {
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
};
