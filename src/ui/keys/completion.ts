import { PARAMETERS } from '../../common/chat/parameters.js';
import { completions } from './keymap.js';

/** Returns the drafts that the tab key can complete to: commands, and after `/set` members and their values. */
export function completionsOf(draft: string): readonly string[] {
  const commands = completions(draft);
  if (commands.length > 0) return commands.map(({ command }) => `/${command}`);
  const setting = settingIn(draft);
  if (setting === undefined) return [];
  const { name, word } = setting;
  if (word === undefined) return parameterNames(name).map((one) => `/set ${one}`);
  const words = [...(PARAMETERS.find((one) => one.name === name)?.words ?? []), 'off', 'null'];
  return words.filter((one) => one.startsWith(word)).map((one) => `/set ${name} ${one}`);
}

/** The parts of a draft that is `/set NAME` or `/set NAME WORD`; the last part may be incomplete. */
export interface TypedSetting {
  readonly name: string;
  readonly word?: string;
}

export function settingIn(draft: string): TypedSetting | undefined {
  const [found, name = '', word] = /^\/set +([a-z_]*)(?: +(\S*))?$/.exec(draft) ?? [];
  if (found === undefined) return undefined;
  return word === undefined ? { name } : { name, word };
}

/** Returns the names of known members that begin with `start`. */
export function parameterNames(start: string): string[] {
  return PARAMETERS.map(({ name }) => name).filter((name) => name.startsWith(start));
}
