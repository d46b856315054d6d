import { presetRemarks } from '../../config/endpoints/preset-check.js';
import type { LoadedConfig } from '../../config/resolve.js';
import { type Finding, warning } from './finding.js';

/** Returns the differences between the endpoints and their providers' documentation. Nothing is sent. */
export function checkPresets({ endpoints }: LoadedConfig): Finding[] {
  return endpoints.flatMap((endpoint) =>
    presetRemarks(endpoint).map(({ detail, advice }) => warning(endpoint.name, detail, advice)),
  );
}
