import type { Side } from '../../../state/comparing/comparison.js';
import { type Judged, type SideVerdict, verdictsOf } from '../../../state/comparing/verdict.js';
import { sanitizeLine } from '../../../state/text/sanitize.js';
import { duration, tokenRate } from '../../style/format.js';

const WORDS: Record<Judged, { what: string; better: string; shown: (value: number) => string }> = {
  ttft: { what: 'first token', better: 'sooner', shown: duration },
  rate: { what: 'speed', better: 'faster', shown: (value) => tokenRate(value, false) },
  e2e: { what: 'whole answer', better: 'sooner', shown: duration },
};

/**
 * One sentence for each figure on the difference between the sides, with its interval and the number of answers.
 * @param again the key that sends the question more often
 */
export function verdictWords(sides: readonly Side[], again: string): readonly string[] {
  const verdicts = verdictsOf(sides);
  const known = verdicts.filter(({ lead }) => lead !== undefined);
  if (verdicts.length === 0) return [];
  if (known.length === 0) {
    const fewest = Math.min(...verdicts.map(({ answers }) => answers));
    const what = fewest === 1 ? 'one answer each shows' : `${fewest} answers each show`;
    return [`${what} no difference beyond chance: ${again} asks more often`];
  }
  return known.map((verdict) => sentence(verdict, sides));
}

function sentence({ figure, best, next, lead, answers }: SideVerdict, sides: readonly Side[]): string {
  const { what, better, shown } = WORDS[figure];
  const [one, other] = [best, next].map((index) => nameOf(sides, index));
  if (lead === undefined) return '';
  const signed = (value: number): string => `${value < 0 ? '−' : ''}${shown(Math.abs(value))}`;
  const interval = `${signed(lead.low)} to ${signed(lead.high)}, 95 % sure, ${answers} answers each`;
  return lead.low > 0
    ? `${what}: ${one} is ${shown(lead.value)} ${better} than ${other} (${interval})`
    : `${what}: no difference between ${one} and ${other} is shown (${interval})`;
}

/** The side's name: its endpoint, or its model when several sides use that endpoint. */
export function nameOf(sides: readonly Pick<Side, 'endpoint'>[], index: number): string {
  const { name = '', model = '' } = sides[index]?.endpoint ?? {};
  const isAlone = sides.filter(({ endpoint }) => endpoint.name === name).length === 1;
  return sanitizeLine(isAlone ? name : model);
}
