import { InvalidArgumentError } from 'commander';

/** A parser for a flag's number. It refuses hexadecimal numbers and exponents, which are probably mistakes. */
export function numberWithin(min: number, max: number, kind: 'whole' | 'any' = 'any') {
  const pattern = kind === 'whole' ? /^\d+$/ : /^\d+(?:\.\d+)?$/;
  return (text: string): number => {
    const value = Number(text);
    if (pattern.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `It must be ${kind === 'whole' ? 'a whole number' : 'a number'} from ${min} to ${max}.`,
    );
  };
}
