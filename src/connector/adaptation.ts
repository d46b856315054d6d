import type { JsonRecord } from '../common/json.js';
import { refusedMembers } from '../sdk/chat/errors/refused-members.js';

/** A member that the program can omit or rename when the provider refuses it. */
export type Adaptable = 'stream_options' | 'max_tokens' | 'max_completion_tokens';

/** The members that providers refused, by address and model. Kept until the process ends. */
export type Adaptations = Map<string, ReadonlySet<Adaptable>>;

/** The body of one exchange, without the members that the provider refuses. */
export interface AdaptedBody {
  /**
   * Returns the chat completion to send, without the members that the provider refused before.
   * @param whole with all members: the client has already sent this request [false]
   */
  body(whole?: boolean): JsonRecord;
  /**
   * Reads a refusal. @returns the members to change in the next body; none when a second request would not help.
   * `isNew`: whether this is the first such refusal in this process
   */
  refused(error: string): { members: readonly Adaptable[]; isNew: boolean };
}

const OTHER_NAME = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' } as const;

/** Matches messages that refuse a member with any value. */
const NOT_TAKEN =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra|not (be )?(permitted|allowed|accepted|recogni|valid)|forbidden|deprecated|replaced|compatible|no longer|cannot find|use ['"`]?max_|instead|不支持|未知|无效/i;
/** Matches messages that refuse only a limit's value. */
const VALUE_REFUSED =
  /too (large|small|high|low|big|long|many)|at (most|least)|must be|exceed|greater than|less than/i;

/**
 * @param original The chat completion before any adaptation.
 * @param usersOwn The members that the user set. They may be renamed but are never omitted.
 */
export function adaptBody(
  original: JsonRecord,
  usersOwn: ReadonlyMap<string, string>,
  adaptations: Adaptations,
  key: string,
): AdaptedBody {
  const tried = new Set<Adaptable>();
  const droppable = !usersOwn.has('stream_options');
  /** The latest body. Other exchanges may have learnt of a refusal since it was sent. */
  let sent = original;
  return {
    body(whole = false) {
      const refused = whole ? undefined : adaptations.get(key);
      sent = refused === undefined ? original : without(original, refused, droppable);
      return sent;
    },
    refused(error) {
      const members = namedIn(error, sent, droppable).filter((name) => !tried.has(name));
      if (members.length === 0) return { members, isNew: false };
      const known = adaptations.get(key) ?? new Set<Adaptable>();
      const other = members.flatMap((name) => (name === 'stream_options' ? [] : [OTHER_NAME[name]]));
      if (other.some((name) => tried.has(name))) return { members: [], isNew: false };
      for (const name of members) tried.add(name);
      const all = new Set([...known, ...members]);
      for (const name of other) all.delete(name);
      adaptations.set(key, all);
      return { members, isNew: members.some((name) => !known.has(name)) };
    },
  };
}

function without(asked: JsonRecord, refused: ReadonlySet<Adaptable>, droppable: boolean): JsonRecord {
  const limits = Object.keys(OTHER_NAME).filter((name) => asked[name] !== undefined);
  const entries = Object.entries(asked).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'stream_options') return droppable && refused.has(name) ? [] : [[name, value]];
    const renamed = isLimit(name) && limits.length === 1 && refused.has(name);
    return [[renamed ? OTHER_NAME[name] : name, value]];
  });
  return Object.fromEntries(entries);
}

function namedIn(error: string, sent: JsonRecord, droppable: boolean): Adaptable[] {
  const limits = Object.keys(OTHER_NAME).filter((name) => isLimit(name) && sent[name] !== undefined);
  const optional = droppable && sent.stream_options !== undefined ? ['stream_options', 'include_usage'] : [];
  const refused = refusedMembers(error, [...limits, ...optional]);
  const dropped = optional.some((name) => refused.includes(name));
  const renamed =
    limits.length === 1 && !VALUE_REFUSED.test(error)
      ? limits.filter((name) => isLimit(name) && refused.includes(name) && isNotTaken(name, error))
      : [];
  return [...(dropped ? (['stream_options'] as const) : []), ...renamed.filter(isLimit)];
}

/** Whether the message refuses the limit with any value, or names the other one. */
function isNotTaken(name: keyof typeof OTHER_NAME, error: string): boolean {
  return NOT_TAKEN.test(error) || new RegExp(`\\b${OTHER_NAME[name]}\\b`).test(error);
}

function isLimit(name: string): name is keyof typeof OTHER_NAME {
  return Object.hasOwn(OTHER_NAME, name);
}

/** Returns a notice about the change, with the setting that forbids it. */
export function adaptationNotice(host: string, members: readonly Adaptable[]): string {
  const changes = members.map((name) =>
    name === 'stream_options'
      ? 'without it (token counts may be estimates)'
      : `with ${OTHER_NAME[name]} instead`,
  );
  return `${host} refuses ${members.join(' and ')}: sent the request again ${changes.join(' and ')}. Set adapt: false to forbid this`;
}
