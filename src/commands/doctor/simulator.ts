import { messageOf } from '../../common/errors.js';
import type { RuntimeClient } from '../../sdk/index.js';
import { SIMULATOR_NAME } from '../../simulator/name.js';
import { type Finding, ok, problem } from './finding.js';

const LIMIT_MS = 3000;

/**
 * Checks whether the simulator answers at its address, through the daemon.
 * @param inUse whether it is the endpoint at the start: only then is its absence a problem
 */
export async function checkSimulator(
  client: RuntimeClient,
  baseUrl: string,
  inUse: boolean,
): Promise<Finding> {
  const report = (detail: string, advice: string): Finding =>
    inUse ? problem('simulator', detail, advice) : ok('simulator', `not in use: ${detail}`);
  try {
    const url = new URL('/health', baseUrl).href;
    const answer = await client.executeHTTP({ method: 'GET', url, timeoutMs: LIMIT_MS });
    const version = versionOf(answer.body.toString());
    if (version !== undefined) return ok('simulator', `${version} at ${baseUrl}`);
    return report(
      `something else answers at ${baseUrl}, with status ${answer.statusCode}`,
      'to use another port, change simulator.base_url',
    );
  } catch (error) {
    return report(messageOf(error), 'start it with vastar-tui simulator, or leave out --no-spawn');
  }
}

function versionOf(body: string): string | undefined {
  try {
    const health: unknown = JSON.parse(body);
    if (typeof health !== 'object' || health === null) return undefined;
    if (!('name' in health) || health.name !== SIMULATOR_NAME || !('version' in health)) return undefined;
    return String(health.version);
  } catch {
    return undefined;
  }
}
