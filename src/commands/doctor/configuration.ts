import { userFolders } from '../../common/program/user-folders.js';
import { settingsOf } from '../../config/explain.js';
import { formatSource } from '../../config/problem.js';
import type { LoadedConfig } from '../../config/resolve.js';
import { candidateFiles } from '../../config/sources/find-file.js';
import { problemsWithKeys } from '../support/input/key-problems.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Returns the file in use, its problems, and every setting with its source. Keys are never shown. */
export function checkConfiguration(loaded: LoadedConfig, cwd: string): Finding[] {
  const { file } = loaded;
  const looked = candidateFiles(cwd, userFolders()).map(({ path }) => path);
  return [
    file === undefined
      ? ok('file', `no file, and none is needed. Searched: ${looked.join(' and ')}`)
      : ok('file', `${file.path} (${file.origin})`),
    ...problemsWithKeys(loaded).map(({ severity, path, message, source, suggestion }) => {
      const report = severity === 'error' ? problem : warning;
      const advice = suggestion ?? (severity === 'error' ? 'correct it there' : 'no action is needed');
      return report(path === '' ? 'file' : path, `${formatSource(source)}: ${message}`, advice);
    }),
    ...settingsOf(loaded).map(({ name, value, provenance }) =>
      ok(name, `${value ?? '-'}  (${formatSource(provenance.source)})`),
    ),
  ];
}
