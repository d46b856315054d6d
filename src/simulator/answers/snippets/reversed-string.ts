import type { Task } from './task.js';

/** Answers to prompts about reversing a string. */
export const REVERSED_STRING: Task = {
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
};
