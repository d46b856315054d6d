import { messageOf } from '../../common/errors.js';
import type { Acting } from '../acting.js';
import type { ModePort } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';
import { modeItems, pick } from '../view/picker.js';

export interface EndpointPorts {
  modes: ModePort;
  /** Lists the models of the endpoint in use. */
  models?: (() => Promise<readonly string[]>) | undefined;
}

/**
 * Actions that choose the endpoint and the model of the next requests.
 * @param offerToCompare opens the list of models to compare with
 */
export function createEndpointActions(
  acting: Acting,
  { modes, models: list }: EndpointPorts,
  offerToCompare: (models: readonly string[]) => void,
) {
  const { get, change, act, actLater, say } = acting;

  /** Requests the endpoint's list of models. Errors name `command`, which works without the list. */
  const withModels = (command: string, use: (models: readonly string[]) => void) =>
    actLater(async () => {
      if (list === undefined) return `models can't be listed here: ${command} uses one`;
      const { endpoint } = get();
      say(`requesting the models of ${endpoint.name}`);
      const models = await list().catch((error: unknown) => {
        throw new Error(`no list of models (${command} uses one): ${messageOf(error)}`);
      });
      if (acting.ended || get().endpoint.name !== endpoint.name) return undefined;
      if (models.length === 0) return `${endpoint.name} lists no models: ${command} uses one`;
      use(models);
      return undefined;
    });

  return {
    /** Switches to the mode with this name, or without a name to the next usable one. */
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
