import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TerminalEvent } from '../../../../src/ui/keys/bytes/key-events.js';
import { createKeyParser, type KeyParser } from '../../../../src/ui/keys/bytes/key-parser.js';

const END = '\x1b[201~';

/** Each text is one read; a pause longer than any limit is simulated by several timeouts. */
function events(...reads: readonly (string | Uint8Array | 'pause')[]): TerminalEvent[] {
  const parser = createKeyParser();
  return reads.flatMap((read) => (read === 'pause' ? afterPause(parser) : parser.feed(Buffer.from(read))));
}

function afterPause(parser: KeyParser): TerminalEvent[] {
  const got: TerminalEvent[] = [];
  for (let limit = 0; limit < 5 && parser.waiting !== undefined; limit += 1) got.push(...parser.timeout());
  return got;
}

/** A short form of events: keys in brackets, text unchanged, pastes in quotes, replies left out. */
function actions(got: readonly TerminalEvent[]): string {
  return got
    .map((event) => {
      if (event.kind === 'key') return `<${event.name}>`;
      if (event.kind === 'text') return event.text;
      if (event.kind === 'paste') return `"${event.text}"`;
      return event.kind === 'mouse' ? `<mouse ${event.report.action}>` : '';
    })
    .join('');
}
const acts = (...reads: readonly string[]): string => actions(events(...reads));

const KEYS: readonly (readonly [bytes: string, does: string])[] = [
  ['\r', '<enter>'],
  ['\n', '<ctrl+j>'],
  ['\x1b\r', '<alt+enter>'],
  ['\x1b\n', '<alt+enter>'],
  ['\x1b[13;2u', '<shift+enter>'],
  ['\x1b[27;2;13~', '<shift+enter>'],
  ['\x1bOM', '<shift+enter>'],
  ['\t', '<tab>'],
  ['\x1b[105;5u', '<tab>'],
  ['\x1b[109;5u', '<enter>'],
  ['\x1b[Z', '<shift+tab>'],
  ['\x1b\t', '<shift+tab>'],
  ['\x7f', '<backspace>'],
  ['\b', '<ctrl+h>'],
  ['\x1b\x7f', '<alt+backspace>'],
  ['\x1b\b', '<alt+backspace>'],
  ['\x1b[127;5u', '<ctrl+backspace>'],
  ['\x1b[27;5;127~', '<ctrl+backspace>'],
  ['\x1b[3~', '<delete>'],
  ['\x1b[3;5~', '<ctrl+delete>'],
  ['\x1b[3^', '<ctrl+delete>'],
  ['\x1b[3$', '<shift+delete>'],
  ['\x1bd', '<alt+d>'],
  ['\x1b[100;3u', '<alt+d>'],
  ['\x1b[27;3;100~', '<alt+d>'],
  ['\x03', '<ctrl+c>'],
  ['\x1b[99;5u', '<ctrl+c>'],
  ['\x1b[27;5;99~', '<ctrl+c>'],
  ['\x1b[1089;5u', '<ctrl+c>'],
  ['\x1b[1089::99;5u', '<ctrl+c>'],
  ['\x1b[1057:1089:99;5:1u', '<ctrl+c>'],
  ['\x1b[99;5:3u', ''],
  ['\x1b[97;9u', ''],
  ['\x1b[57441;2u', ''],
  ['\x1f', '<ctrl+_>'],
  ['\x1b[45;5u', '<ctrl+_>'],
  ['\x1b[47;5u', '<ctrl+_>'],
  ['\x1b[27u', '<esc>'],
  ['\x1b[91;5u', '<esc>'],
  ['\x1b[A', '<up>'],
  ['\x1bOA', '<up>'],
  ['\x1b[1;5A', '<ctrl+up>'],
  ['\x1b\x1b[A', '<alt+up>'],
  ['\x1b[5A', '<ctrl+up>'],
  ['\x1bOa', '<ctrl+up>'],
  ['\x1b[1;2:1D', '<shift+left>'],
  ['\x1b[H', '<home>'],
  ['\x1b[1~', '<home>'],
  ['\x1b[7~', '<home>'],
  ['\x1bOF', '<end>'],
  ['\x1b[5~', '<pageup>'],
  ['\x1bOP', '<f1>'],
  ['\x1b[11~', '<f1>'],
  ['\x1b[[A', '<f1>'],
  ['\x1b[P', '<f1>'],
  ['\x1b[13~', '<f3>'],
  ['\x1b[24~', '<f12>'],
  ['a', 'a'],
  ['ё', 'ё'],
  ['日本', '日本'],
  ['👩‍👧', '👩‍👧'],
  ['\x1bё', '<alt+ё>'],
  ['\x1bс', '<alt+c>'],
  ['\x1b[<64;10;5M', '<mouse wheel-up>'],
  ['\x1b[<0;10;5M', '<mouse press>'],
  ['\x1b[<0;10;5m', '<mouse release>'],
  ['\x1b[M`!!', '<mouse wheel-up>'],
];

const REPLIES: readonly string[] = [
  '\x1b]11;rgb:1e1e/1e1e/1e1e\x07',
  '\x1b]10;rgb:ffff/ffff/ffff\x1b\\',
  '\x1b]4;1;rgb:cdcd/0000/0000\x07',
  '\x9d11;rgb:0/0/0\x9c',
  '\x1b]52;c;aGk=\x07',
  '\x1b[?62;22c',
  '\x1b[>41;388;0c',
  '\x1bP!|7E565445\x1b\\',
  '\x1bP>|XTerm(388)\x1b\\',
  '\x1bP1$r0m\x1b\\',
  '\x1bP1+r524742=38\x1b\\',
  '\x1b[0n',
  '\x1b[24;80R',
  '\x1b[1;1R',
  '\x1b[?997;1n',
  '\x1b[?5u',
  '\x1b[?2026;2$y',
  '\x1b_Gi=31;OK\x1b\\',
  '\x1b^private\x1b\\',
  '\x1bXstart\x1b\\',
  '\x1b[I',
  '\x1b[O',
  '\x1b[48;40;120;800;1200t',
  '\x1b[8;40;120t',
];

const PASTES: readonly (readonly [bytes: string, does: string])[] = [
  [`\x1b[200~one\rtwo\x07\x03${END}`, '"one\rtwo\x07\x03"'],
  [`\x1b[200~ünï 日本 👩‍👧${END}`, '"ünï 日本 👩‍👧"'],
  [`\x1b[200~\x1b[A\x1b[20${END}`, '"\x1b[A\x1b[20"'],
  [`\x1b[200~\x1b[200~a${END}`, '"\x1b[200~a"'],
  [`\x1b[200~${END}`, ''],
];

const ALL: readonly (readonly [string, string])[] = [
  ...KEYS,
  ...REPLIES.map((reply) => [reply, ''] as const),
  ...PASTES,
];

test.each(ALL)('%j does %j', (bytes, does) => {
  expect(acts(bytes)).toBe(does);
});

describe('bytes in several reads', () => {
  /** A pause after a lone ESC makes it a key. Elsewhere a pause within the limits changes nothing. */
  test.each(ALL)('%j gives the same events, cut at every byte', (bytes, does) => {
    const whole = Buffer.from(bytes, bytes.startsWith('\x9d') ? 'latin1' : 'utf8');
    expect(actions(events(...Array.from(whole, (byte) => Uint8Array.of(byte))))).toBe(does);
    for (let at = 1; at < whole.length; at += 1) {
      expect(actions(events(whole.subarray(0, at), whole.subarray(at))), `cut at ${at}`).toBe(does);
    }
  });

  test('any mixture gives the same events in any pieces', () => {
    const piece = fc.constantFrom(...ALL.filter(([bytes]) => !bytes.startsWith('\x9d')));
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 20 }),
        (pieces, lengths) => {
          const whole = Buffer.from(pieces.map(([bytes]) => bytes).join(''));
          const reads: Uint8Array[] = [];
          let at = 0;
          for (const length of lengths) {
            reads.push(whole.subarray(at, at + length));
            at += length;
          }
          reads.push(whole.subarray(at));
          expect(actions(events(...reads))).toBe(pieces.map(([, does]) => does).join(''));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a lone ESC is the Escape key after a while, and only then', () => {
    const parser = createKeyParser();
    expect(parser.feed(Buffer.from('\x1b'))).toEqual([]);
    expect(parser.waiting).toBe('escape');
    expect(actions(parser.timeout())).toBe('<esc>');
    expect(parser.waiting).toBeUndefined();
  });

  test('the wait for the rest of a sequence is longer', () => {
    const parser = createKeyParser();
    parser.feed(Buffer.from('\x1b['));
    expect(parser.waiting).toBe('introducer');
    parser.feed(Buffer.from('1;5'));
    expect(parser.waiting).toBe('sequence');
  });

  test.each(['\x1b]11;rgb:1e1e/1e1e/1e1e\x07', '\x1bP>|XTerm(388)\x1b\\', '\x1b[D', '\x1b_Gi=1;OK\x1b\\'])(
    'the rest of %j is not typed when its ESC was read as a key',
    (bytes) => {
      const typed = acts('\x1b', 'pause', bytes.slice(1));
      expect(typed).toBe(bytes === '\x1b[D' ? '<esc><left>' : '<esc>');
    },
  );

  test('the late BEL of a reply that came byte by byte is not a key', () => {
    expect(acts('\x1b', 'pause', ...']11;rgb:0/0/0\x07')).not.toContain('ctrl+g');
    expect(acts('\x1b]11;rgb:', 'pause', '0/0/0\x07')).not.toContain('ctrl+g');
    expect(acts('\x07')).toBe('<ctrl+g>');
  });

  test('text after the Escape key stays text', () => {
    expect(acts('\x1b', 'pause', 'OK')).toBe('<esc>OK');
    expect(acts('\x1b', 'pause', 'Python')).toBe('<esc>Python');
    expect(acts('\x1b', 'pause', '[', 'x')).toBe('<esc>[x');
    expect(acts('\x1b', 'pause', '\x07')).toBe('<esc><ctrl+g>');
  });

  test('alt and a character that could begin a sequence is that key', () => {
    expect(acts('\x1b]', 'pause')).toBe('<alt+]>');
    expect(acts('\x1b]', 'hello\r')).toBe('<alt+]>hello<enter>');
    expect(acts('\x1bP', 'hello\r')).toBe('<alt+p>hello<enter>');
    expect(acts('\x1b[', 'pause', 'a')).toBe('<alt+[>a');
    expect(acts('\x1bO', 'pause')).toBe('<alt+o>');
  });
});

describe('a paste without an end', () => {
  test('is inserted after a while, and its late line ends send nothing', () => {
    expect(acts('\x1b[200~one\r', 'pause')).toBe('"one\r"');
    const parser = createKeyParser();
    parser.feed(Buffer.from('\x1b[200~one'));
    expect(parser.waiting).toBe('paste');
    expect(actions(parser.timeout())).toBe('"one"');
    expect(actions(parser.feed(Buffer.from('two\r')))).toBe('two"\n"');
    expect(actions(parser.feed(Buffer.from('\r')))).toBe('"\n"');
    expect(actions(parser.feed(Buffer.from('\x07')))).toBe('');
    expect(parser.waiting).toBe('late-paste');
    expect(parser.timeout()).toEqual([]);
    expect(actions(parser.feed(Buffer.from('\r')))).toBe('<enter>');
  });

  test('keys work again after its end', () => {
    expect(acts('\x1b[200~one', 'pause', `two${END}\r`)).toBe('"one"two<enter>');
  });

  test.each(['\x03', '\x1b[99;5u', '\x1b[1089::99;5u', '\x1b[27;5;99~'])(
    'ends with Ctrl+C as %j, which nothing follows',
    (ctrlC) => {
      const parser = createKeyParser();
      parser.feed(Buffer.from('\x1b[200~one'));
      parser.feed(Buffer.from(ctrlC));
      expect(parser.waiting).toBe('interrupt');
      expect(actions(parser.timeout())).toBe('"one"');
      expect(actions(parser.feed(Buffer.from('\x03')))).toBe('<ctrl+c>');
      expect(actions(parser.feed(Buffer.from('\r')))).toBe('<enter>');
    },
  );
});

describe('only a key can send a message', () => {
  /** Keys that by default send a message or choose an action that does. */
  const SENDING = /<(?:enter|ctrl\+g|ctrl\+b|ctrl\+j)>/;
  /** Single bytes that are such a key in any terminal. */
  const KEY_BYTES = new Set([0x02, 0x07, 0x0a, 0x0d]);

  test('random bytes without these keys send nothing', () => {
    const byte = fc.oneof(
      fc.constantFrom(...Buffer.from('\x1b\x1b\x1b[]P_^XO\\;:?<>0123456789~mMuRcn$')),
      fc.integer({ min: 0, max: 255 }),
    );
    const read = fc.array(
      byte.filter((code) => !KEY_BYTES.has(code)),
      { maxLength: 12 },
    );
    const part = fc.oneof(read, read, fc.constant('pause' as const));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const got = actions(events(...parts.map((one) => (one === 'pause' ? one : Uint8Array.from(one)))));
        // The only other forms are coded keys: a sequence with 13 or 57414, or the keypad's `SS3 M`.
        const bytes = Buffer.concat(parts.map((one) => (one === 'pause' ? Buffer.of() : Buffer.from(one))));
        const coded = /13|10|57|98|103|O\d*M|\x8f\d*M|106|66|71|74/.test(bytes.toString('latin1'));
        if (!coded) expect(got).not.toMatch(SENDING);
      }),
      { numRuns: 5000 },
    );
  });

  test('bytes of a paste send nothing, for every split', () => {
    const content = fc.string({
      unit: fc.constantFrom('\r', '\n', '\x07', '\x1b', '[', '2', '0', '1', 'a', '\x03', '~'),
    });
    fc.assert(
      fc.property(content, fc.nat({ max: 40 }), (text, cut) => {
        fc.pre(!text.includes(END));
        const whole = Buffer.from(`\x1b[200~${text}${END}`);
        const got = events(whole.subarray(0, cut), whole.subarray(cut));
        expect(got.every(({ kind }) => kind === 'paste')).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('replies send nothing, with a pause anywhere in them', () => {
    for (const reply of REPLIES) {
      const whole = Buffer.from(reply, reply.startsWith('\x9d') ? 'latin1' : 'utf8');
      for (let at = 1; at < whole.length; at += 1) {
        expect(actions(events(whole.subarray(0, at), 'pause', whole.subarray(at)))).not.toMatch(SENDING);
      }
    }
  });

  test('an endless string uses bounded memory', () => {
    const parser = createKeyParser();
    const endless = Buffer.alloc(1_000_000, 'x');
    parser.feed(Buffer.from('\x1b]11;'));
    for (let piece = 0; piece < 5; piece += 1) expect(parser.feed(endless)).toEqual([]);
    const [reply] = parser.feed(Buffer.from('\x07'));
    expect(reply?.kind === 'reply' && reply.text.length).toBeLessThan(2000);
  });
});
