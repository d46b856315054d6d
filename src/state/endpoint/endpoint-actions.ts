import { messageOf } from '../../common/errors.js';
import type { Acting } from '../acting.js';
import type { ModePort } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';
import { modeItems, pick } from '../view/picker.js';

export interface EndpointPorts {
  modes: ModePort;
  /** The models that the endpoint in use offers. */
  models?: (() => Promise<readonly string[]>) | undefined;
}

/**
 * The endpoint and the model of the next requests.
 * @param offerToCompare shows the models that answers can be compared with
 */
export function createEndpointActions(
  acting: Acting,
  { modes, models: list }: EndpointPorts,
  offerToCompare: (models: readonly string[]) => void,
) {
  const { get, change, act, actLater, say } = acting;

  /** Asks the endpoint in use for its models; `command` uses one without its list. */
  const withModels = (command: string, use: (models: readonly string[]) => void) =>
    actLater(async () => {
      if (list === undefined) return `models cannot be listed here: ${command} uses one`;
      const { endpoint } = get();
      say(`asking ${endpoint.name} for its models`);
      const models = await list().catch((error: unknown) => {
        throw new Error(`no list of models (${command} uses one): ${messageOf(error)}`);
      });
      if (acting.ended || get().endpoint.name !== endpoint.name) return undefined;
      if (models.length === 0) return `${endpoint.name} lists no models: ${command} uses one`;
      use(models);
      return undefined;
    });

  return {
    /** The mode of that name; without one, the next that can be used. */
    switchMode: act((name?: string) => {
      const names = modes.all.map((endpoint) => endpoint.name);
      const from = names.indexOf(modes.current.name);
      const others = [...names.slice(from + 1), ...names.slice(0, Math.max(0, from))];
      const problems: string[] = [];
      for (const candidate of name === undefined ? others : [name]) {
        const selected = modes.select(candidate);
        if (selected.ok) {
          const { endpoint } = selected;
          change((state) => ({ ...state, endpoint }));
          return [`mode ${endpoint.name}: ${endpoint.model}`, ...problems].join('; ');
        }
        problems.push(selected.problem);
      }
      return problems.join('; ') || 'there is no other mode: profiles in config.yaml add some';
    }),
    chooseModel: act((model: string) => {
      change((state) => ({ ...state, endpoint: { ...state.endpoint, model } }));
      return `model: ${sanitizeLine(model)}, from the next request on`;
    }),
    pickMode(): void {
      change((state) => ({ ...state, overlay: pick('mode', modeItems(modes.all)) }));
    },
    pickModel: withModels('/model NAME', (models) => {
      const items = models.map((id) => ({ id, label: id }));
      change((state) => ({ ...state, toast: undefined, overlay: pick('model', items) }));
    }),
    compareModels: withModels('/compare :NAME', offerToCompare),
  };
}
