import { type LoadedConfig, presetRemarks } from '../../config/index.js';
import { type Finding, warning } from './finding.js';

/** Where endpoints differ from what their providers document. Nothing is sent. */
export function checkPresets({ endpoints }: LoadedConfig): Finding[] {
  return endpoints.flatMap((endpoint) =>
    presetRemarks(endpoint).map(({ detail, advice }) => warning(endpoint.name, detail, advice)),
  );
}
