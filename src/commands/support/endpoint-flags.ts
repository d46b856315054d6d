import { type Command, Option } from 'commander';
import { APIS, AUTH_STYLES, PROVIDER_NAMES } from '../../config/providers.js';
import { notEmpty } from './flag-text.js';

/** The flags that say how the endpoint in use is reached. */
export interface EndpointFlags {
  provider?: string;
  url?: string;
  api?: string;
  auth?: string;
  header?: readonly string[];
  query?: readonly string[];
  set?: readonly string[];
  /** False with `--no-stream`. */
  stream?: boolean;
  /** False with `--no-adapt`. */
  adapt?: boolean;
}

/** Adds the flags; they change the endpoint in use, for this run. */
export function addEndpointFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <name>', 'preset of the endpoint: address, key, habits').choices(PROVIDER_NAMES),
    )
    .option('--url <url>', 'exact address for answers, instead of --base-url', notEmpty)
    .addOption(new Option('--api <format>', 'wire format of the endpoint').choices(APIS))
    .option('--auth <style>', `how the key is sent: ${AUTH_STYLES.join(', ')}, or a header's name`, notEmpty)
    .option('--header <header>', "a header of requests, 'Name: value'; may be repeated", addTo)
    .option('--query <parameter>', 'a parameter of the address, name=value; may be repeated', addTo)
    .option('--set <member>', 'a member of the body, name=JSON; null removes it; may be repeated', addTo)
    .option('--no-stream', 'ask for answers in one piece')
    .option('--no-adapt', 'never send a refused request again in another form');
}

function addTo(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
