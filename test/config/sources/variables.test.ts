import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interpolate } from '../../../src/config/sources/variables.js';

const env = { NAME: 'value', EMPTY: '', NESTED: `\${NAME}` };

test.each([
  ['plain', 'plain', []],
  ['$NAME and $$', '$NAME and $$', []],
  [`\${NAME}`, 'value', ['NAME']],
  [`a-\${NAME}-\${NAME}-b`, 'a-value-value-b', ['NAME', 'NAME']],
  [`\${NOPE:-fallback}`, 'fallback', ['NOPE']],
  [`\${NOPE:-}`, '', ['NOPE']],
  [`\${EMPTY:-fallback}`, 'fallback', ['EMPTY']],
  [`\${NAME:-fallback}`, 'value', ['NAME']],
  [`\${NOPE:-http://host:1/a b}`, 'http://host:1/a b', ['NOPE']],
  [`\${NESTED}`, `\${NAME}`, ['NESTED']],
])('%s becomes %s', (text, expected, variables) => {
  expect(interpolate(text, env)).toEqual({ kind: 'text', text: expected, variables });
});

test.each([`\${NOPE}`, `x\${NAME}\${NOPE}`, `\${EMPTY}`, `\${toString}`, `\${__proto__}`])(
  '%s is unset',
  (text) => {
    expect(interpolate(text, env)).toMatchObject({ kind: 'unset' });
  },
);

test.each([
  `\${`,
  `\${}`,
  `\${1}`,
  `\${A-B}`,
  `\${NAME:+x}`,
  `\${NOPE:-\${NAME}}`,
  `\${NAME`,
  `a \${NAME} \${ `,
])('%s is malformed', (text) => {
  expect(interpolate(text, env)).toEqual({ kind: 'malformed' });
});

test('any value of a variable stays unchanged', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(...'$&`{}V:-\\\n\0') }), (value) => {
      const result = interpolate(`<\${V}>`, { V: value });
      return result.kind === 'text' && result.text === `<${value}>`;
    }),
  );
});
