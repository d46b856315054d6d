import { counted } from '../../common/text/counted.js';
import { visible } from '../../config/problem.js';
import type { Piece, Style } from '../support/output/sink.js';
import type { Finding } from './finding.js';

/** The findings of checks that belong together. */
export interface Section {
  name: string;
  findings: readonly Finding[];
}

const LABEL_WIDTH = 'warning'.length;
const COLOUR: Record<Finding['status'], Style> = { ok: 'green', warning: 'yellow', problem: 'red' };

/** Returns a section as text: one line for each finding and one for its advice. */
export function sectionText({ name, findings }: Section): Piece[] {
  const width = Math.max(...findings.map(({ check }) => check.length), 0);
  const indent = ' '.repeat(LABEL_WIDTH + width + 6);
  const lines = findings.flatMap((finding): Piece[] => {
    const label: Piece = [COLOUR[finding.status], finding.status.padEnd(LABEL_WIDTH)];
    const detail = `  ${finding.check.padEnd(width)}  ${visible(finding.detail)}\n`;
    return ['  ', label, detail, finding.status === 'ok' ? '' : `${indent}${visible(finding.advice)}\n`];
  });
  return [`${name}\n`, ...lines, '\n'];
}

/** Returns the last line: how many findings there are of each kind. */
export function summaryText(sections: readonly Section[]): string {
  const { problem, warning } = counts(sections);
  return problem + warning === 0
    ? 'Everything is fine.\n'
    : `${counted(problem, 'problem')}, ${counted(warning, 'warning')}.\n`;
}

/** Returns the findings for programs. Names are fixed; more may be added. */
export function reportJson(sections: readonly Section[]): Record<string, unknown> {
  const { ok, warning, problem } = counts(sections);
  return {
    healthy: problem === 0,
    counts: { ok, warning, problem },
    findings: sections.flatMap(({ name, findings }) =>
      findings.map((finding) => ({ section: name, advice: null, ...finding })),
    ),
  };
}

export function counts(sections: readonly Section[]): Record<Finding['status'], number> {
  const all = sections.flatMap(({ findings }) => findings);
  const count = (status: Finding['status']): number => all.filter((one) => one.status === status).length;
  return { ok: count('ok'), warning: count('warning'), problem: count('problem') };
}
