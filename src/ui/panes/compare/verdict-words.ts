import type { Side } from '../../../state/comparing/comparison.js';
import {
  type Judged,
  type SideVerdict,
  speedsComparable,
  verdictsOf,
} from '../../../state/comparing/verdict.js';
import { sanitizeLine } from '../../../state/text/sanitize.js';
import { duration, tokenRate } from '../../style/format.js';

const WORDS: Record<
  Judged,
  { what: string; better: string; shown: (value: number, estimated: boolean) => string }
> = {
  ttft: { what: 'first token', better: 'sooner', shown: duration },
  rate: { what: 'speed', better: 'faster', shown: tokenRate },
  e2e: { what: 'whole answer', better: 'sooner', shown: duration },
};

/**
 * Returns one sentence for each figure on the difference between the sides, with its interval and the number of
 * answers.
 * @param again the key that sends the question more often
 */
export function verdictWords(sides: readonly Side[], again: string): readonly string[] {
  const verdicts = verdictsOf(sides);
  const known = verdicts.filter(({ lead }) => lead !== undefined);
  if (verdicts.length === 0) return [];
  if (known.length === 0) {
    const fewest = Math.min(...verdicts.map(({ answers }) => answers));
    const what = fewest === 1 ? 'one answer each is' : `${fewest} answers each are`;
    return [`${what} too few for a verdict: ${again} asks more often`];
  }
  const speed = speedsComparable(sides)
    ? []
    : ['speed: not compared, as some token counts are estimates (~)'];
  return [...known.map((verdict) => sentence(verdict, sides)), ...speed];
}

function sentence(verdict: SideVerdict, sides: readonly Side[]): string {
  const { figure, best, next, lead, answers, estimated } = verdict;
  const { what, better, shown } = WORDS[figure];
  const [one, other] = [best, next].map((index) => nameOf(sides, index));
  if (lead === undefined) return '';
  const signed = (value: number): string => `${value < 0 ? '−' : ''}${shown(Math.abs(value), estimated)}`;
  const interval = `${signed(lead.low)} to ${signed(lead.high)}, 95 % sure, ${answers} answers each`;
  return lead.low > 0
    ? `${what}: ${one} is ${shown(lead.value, estimated)} ${better} than ${other} (${interval})`
    : `${what}: no difference between ${one} and ${other} is shown (${interval})`;
}

/** Returns the side's name: its endpoint, or its model when several sides use that endpoint. */
export function nameOf(sides: readonly Pick<Side, 'endpoint'>[], index: number): string {
  const { name = '', model = '' } = sides[index]?.endpoint ?? {};
  const isAlone = sides.filter(({ endpoint }) => endpoint.name === name).length === 1;
  return sanitizeLine(isAlone ? name : model);
}
