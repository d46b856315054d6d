import { expect, test } from 'vitest';
import { codeBlocks } from '../../../src/state/text/code-blocks.js';

test.each([
  ['a block and its language', 'Run:\n\n```sh\nnpm ci\nnpm test\n```\nDone.', [['sh', 'npm ci\nnpm test']]],
  ['indentation of the code itself stays', '```\n  a\n    b\n```', [['', '  a\n    b']]],
  [
    'the indentation of a list goes',
    '- do\n\n  ```ts\n  if (a)\n    b();\n  ```',
    [['ts', 'if (a)\n  b();']],
  ],
  ['a quotation loses its marks', '> ```\n> a\n>\n>   b\n> ```\nc', [['', 'a\n\n  b']]],
  ['a longer fence holds shorter ones', '````md\n```js\nx\n```\n````', [['md', '```js\nx\n```']]],
  ['another sign does not close', '~~~\n```\n~~~', [['', '```']]],
  [
    'several blocks',
    '```a\n1\n```\n```b\n2\n```',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['a block that is still being written', '```py\nprint(', [['py', 'print(']]],
  ['code in a sentence is none', 'Use ```x``` or `y`.', []],
] as const)('%s', (_name, text, blocks) => {
  expect(codeBlocks(text).map(({ language, code }) => [language, code])).toEqual(blocks);
});
