/** Texts that would control a terminal, hide text or break a line, by their effect. */
export const HOSTILE: Readonly<Record<string, string>> = {
  title: '\x1b]0;owned\x07\x1b]2;owned\x1b\\\x9d0;owned\x9c',
  clipboard: '\x1b]52;c;b3duZWQ=\x07\x9d52;c;b3duZWQ=\x07\x1bPtmux;\x1b\x1b]52;c;b3duZWQ=\x07\x1b\\',
  link: '\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\',
  'other OSC':
    '\x1b]4;1;rgb:00/00/00\x07\x1b]10;?\x07\x1b]9;note\x07\x1b]777;notify;a;b\x07\x1b]1337;File=:\x07',
  cursor: '\x1b[2J\x1b[H\x1b[10A\x9b2J\x1b[3;1r\x1bM\x1bD\x1bE\x1b7\x1b8',
  modes: '\x1b[?1049l\x1b[?25h\x1b[?1003h\x9b?1000h\x1b[?2004l\x1b[?7l\x1b[4h\x1b=\x1b>',
  queries: '\x1b[6n\x1b[5n\x1b[c\x1b[>c\x1b[=c\x1b[18t\x1b[21t\x1b[?u\x1bZ\x05\x1b[?2026$p',
  strings:
    '\x1bP$qm\x1b\\\x90+q544e\x9c\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\\x9fapc\x9c\x9epm\x9c\x98sos\x9c',
  reset: '\x1bc\x1b[!p\x1b(0\x1b)0\x0e\x0f\x1b#8\x1b%G',
  colours: '\x1b[31;8m\x1b[0;38;5;1m\x9b41m',
  'line breaks': 'kept\rover\b\b\b\b\v\f\x85\u2028\u2029\x07\x00\x1f\x7f',
  bidi: '\u202eevil\u202c\u202d\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c',
  tags: 'a\u{e0001}\u{e0069}\u{e0067}\u{e006e}\u{e007f}b',
  'zero width': 'a\u200b\u2060\ufeff\u00ad\u180e\ufff9b',
  'piled marks': `Z${'\u0301\u0327'.repeat(300)}`,
  'long joins': `👩${'\u200d👩'.repeat(100)}`,
  surrogates: 'a\ud800b\udc00c',
  'a string without an end': `\x1b]0;${'x'.repeat(60)}`,
  'a sequence without an end': '\x1b[31',
  'C1 without an end': '\x90q',
};

/** All of them in one text; wherever lines are shown, the last one must be visible. */
export const ALL_HOSTILE = [...Object.values(HOSTILE), 'the end of it'].join('\n');
export const LAST_LINE = 'the end of it';

/**
 * Matches foreign characters that no terminal may receive: invisible ones, and those that reorder text or control the
 * terminal.
 */
export const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u061c\ufeff\u{e0000}-\u{e007f}]/u;
