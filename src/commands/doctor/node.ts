import { nodeProblem } from '../../common/program/node-version.js';
import { VERSION } from '../../common/program/version.js';
import { type Finding, ok, problem } from './finding.js';

/** @param version as in `process.versions.node` */
export function checkProgram(version: string): Finding[] {
  const tooOld = nodeProblem(version);
  return [
    ok('vastar-tui', VERSION),
    tooOld === undefined ? ok('node', version) : problem('node', version, tooOld),
  ];
}
