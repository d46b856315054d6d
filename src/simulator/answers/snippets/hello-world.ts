import type { Task } from './task.js';

/** Answers to prompts about "Hello, world!". */
export const HELLO_WORLD: Task = {
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
};
