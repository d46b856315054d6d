import { messageOf } from '../../common/errors.js';
import { VERSION } from '../../common/program/version.js';
import type { DaemonInfo } from '../../sdk/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Checks whether a daemon answers, its version, and its capabilities. `ask` may start the bundled one. */
export async function checkDaemon(ask: () => Promise<DaemonInfo>): Promise<Finding[]> {
  try {
    return describeDaemon(await ask());
  } catch (error) {
    return [
      problem(
        'daemon',
        messageOf(error),
        'for details, read its log: vastar-tui runtime run --log-level debug --log-file FILE',
      ),
    ];
  }
}

export function describeDaemon(info: DaemonInfo): Finding[] {
  const rtt = `answers in ${info.rttMs.toFixed(1)} ms`;
  if (info.kind === 'foreign') {
    return [
      ok('daemon', rtt),
      warning(
        'streaming',
        'this daemon does not stream: answers come in one piece',
        'to see them arrive, stop it and start `vastar-tui runtime start`',
      ),
    ];
  }
  const { health } = info;
  return [
    health.healthy
      ? ok('daemon', rtt)
      : warning('daemon', `${rtt}: ${health.message}`, 'restart it: vastar-tui runtime stop, then start'),
    health.version === VERSION
      ? ok('version', VERSION)
      : warning(
          'version',
          `${health.version}, and this program is ${VERSION}`,
          'to use one version for both: vastar-tui runtime stop, then start',
        ),
    ok('capabilities', health.capabilities.join(', ')),
    ...health.origins
      .filter(({ circuit }) => circuit !== 'closed')
      .map(({ origin, circuit }) =>
        warning(
          'circuit',
          `the circuit of ${origin} is ${circuit}: its requests kept failing`,
          'the daemon tests the provider automatically',
        ),
      ),
  ];
}
