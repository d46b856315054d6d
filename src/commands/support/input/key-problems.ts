import type { Problem } from '../../../config/problem.js';
import type { LoadedConfig } from '../../../config/resolve.js';
import { createKeymap, type KeyProblem } from '../../../ui/keys/bindings.js';

/** Returns the problems of the configuration with those of its section `keys`, which only the interface can check. */
export function problemsWithKeys({ config, problems, provenance }: LoadedConfig): readonly Problem[] {
  const ofKey = ({ action, message, severity }: KeyProblem): Problem => {
    const path = `keys.${action}`;
    const source = provenance.get(path)?.source ?? { kind: 'default' };
    return { severity, message: `${path}: ${message}`, path, source };
  };
  return [...problems, ...createKeymap(config.keys).problems.map(ofKey)];
}
