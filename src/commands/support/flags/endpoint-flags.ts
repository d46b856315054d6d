import { type Command, Option } from 'commander';
import { WIRE_FORMATS } from '../../../common/chat/wire-formats.js';
import { AUTH_STYLES, PROVIDER_NAMES } from '../../../config/endpoints/providers.js';
import { notEmpty } from './flag-text.js';
import { addTo } from './repeated.js';

/** The end of each command's help. */
export const MORE_FLAGS = '\nFlags of every command, such as --mode and --model: vastar-tui --help';

/** The flags for the address and access of the current endpoint. */
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
  clientCert?: string;
  clientKey?: string;
}

/** Adds the flags, which change the current endpoint for this run. */
export function addEndpointFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <name>', 'preset for a provider: address, authentication, key variable').choices(
        PROVIDER_NAMES,
      ),
    )
    .option('--url <url>', 'exact URL of the request, instead of --base-url', notEmpty)
    .addOption(new Option('--api <format>', 'wire format of the endpoint').choices(WIRE_FORMATS))
    .option(
      '--auth <style>',
      `how to send the key: ${AUTH_STYLES.join(', ')}, or the name of a header`,
      notEmpty,
    )
    .option('--header <header>', "add a request header, 'Name: value'; may be repeated", addTo)
    .option('--query <parameter>', 'add a query parameter, name=value; may be repeated', addTo)
    .option(
      '--set <member>',
      'set a member of the request body, name=JSON; null removes it; may be repeated',
      addTo,
    )
    .option('--client-cert <file>', 'PEM file with the client certificate that the server demands', notEmpty)
    .option('--client-key <file>', 'PEM file with its private key, if not in the same file', notEmpty)
    .option('--no-stream', 'request the answer in one piece')
    .option('--no-adapt', 'never change and resend a request that the provider refused');
}

/** Returns the given flags that change one endpoint, with the address. */
export function givenEndpointFlags(flags: EndpointFlags & { baseUrl?: string }): string[] {
  const { baseUrl, url, provider, api, auth, header, query, set, stream, adapt, clientCert, clientKey } =
    flags;
  return Object.entries({
    '--base-url': baseUrl !== undefined,
    '--url': url !== undefined,
    '--provider': provider !== undefined,
    '--api': api !== undefined,
    '--auth': auth !== undefined,
    '--header': header !== undefined,
    '--query': query !== undefined,
    '--set': set !== undefined,
    '--client-cert': clientCert !== undefined,
    '--client-key': clientKey !== undefined,
    '--no-stream': stream === false,
    '--no-adapt': adapt === false,
  }).flatMap(([name, given]) => (given ? [name] : []));
}
