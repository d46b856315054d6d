import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDecimal } from '../../../common/text/decimal.js';

/** The unit of a load: arrivals a second, or requests at a time. */
export type LoadKind = 'rate' | 'concurrency';

interface LoadRange {
  readonly from: number;
  readonly to: number;
}

interface Sweep {
  readonly kind: LoadKind;
  readonly loads: readonly number[];
}

/** Flags for several loads, one after another. */
export interface SearchFlags {
  /** True: begin with the rate that one request at a time reaches. */
  findRate?: LoadRange | true;
  findConcurrency?: LoadRange | true;
  sweep?: Sweep;
}

/** The loads to test. */
export type SearchPlan =
  | { readonly type: 'find'; readonly kind: LoadKind; readonly range: LoadRange | undefined }
  | { readonly type: 'sweep'; readonly kind: LoadKind; readonly loads: readonly number[] };

export const MOST_LOAD = 10_000;
const LEAST_LOAD = { rate: 0.01, concurrency: 1 } as const;
const MOST_LOADS = 100;
/** Flags that cannot be combined with several loads. */
const OTHERS = ['rate', 'stages', 'trace', 'requests', 'conversations', 'startAt'];

export const SEARCH_HELP = `
--find-rate and --find-concurrency find the highest load that meets --slo: they double the load until it misses the SLO,
then narrow the range to 2 %. Each load runs for --duration at most [30 s] and ends early when its verdict is certain.
Its warm-up does not count. An SLO without a share of the requests, or without a limit for errors, requires 99 %. A sweep
runs all loads of a list, each for --duration. With --turns a load counts conversations; --duration should be several
times the length of one:
  vastar-tui bench --find-rate --slo 'ttft.p95<500ms,errors<1%' --html capacity.html
  vastar-tui bench --sweep concurrency:1,2,4,8,16 --duration 20`;

/** Adds the flags. */
export function addSearchFlags(command: Command): Command {
  const find = (kind: LoadKind, what: string): Option =>
    new Option(`--find-${kind} [from-to]`, `find the ${what} that meet --slo, e.g. in 5-200`)
      .argParser((text) => readRange(text, kind))
      .conflicts([...OTHERS, kind]);
  return command
    .addOption(find('rate', 'most arrivals a second').conflicts(['findConcurrency', 'sweep']))
    .addOption(find('concurrency', 'most requests at a time').conflicts(['findRate', 'sweep', 'arrivals']))
    .addOption(
      new Option('--sweep <loads>', 'one load after another: rate:1,2,5 or concurrency:1,2,4')
        .argParser(readSweep)
        .conflicts(OTHERS),
    );
}

/** Returns the plan of the flags; undefined for a test with one load. */
export function searchOf({ findRate, findConcurrency, sweep }: SearchFlags): SearchPlan | undefined {
  if (sweep !== undefined) return { type: 'sweep', ...sweep };
  const find = (kind: LoadKind, given: LoadRange | true): SearchPlan => ({
    type: 'find',
    kind,
    range: given === true ? undefined : given,
  });
  if (findRate !== undefined) return find('rate', findRate);
  return findConcurrency === undefined ? undefined : find('concurrency', findConcurrency);
}

function readRange(text: string, kind: LoadKind): LoadRange {
  const [, from = '', to = ''] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
  const range = { from: readLoad(from, kind), to: readLoad(to, kind) };
  if (range.from !== undefined && range.to !== undefined && range.from < range.to)
    return { from: range.from, to: range.to };
  throw new InvalidArgumentError(
    `It must be two ${NAMES[kind]}, the lower one first, e.g. 5-200, or empty to begin with a low load.`,
  );
}

function readSweep(text: string): Sweep {
  const [, name, list = ''] = /^(rate|concurrency):(.*)$/.exec(text.trim()) ?? [];
  const kind: LoadKind = name === 'rate' ? 'rate' : 'concurrency';
  const loads = [...new Set(list.split(',').map((load) => readLoad(load.trim(), kind)))];
  const known = loads.flatMap((load) => load ?? []);
  if (name !== undefined && known.length === loads.length && known.length <= MOST_LOADS)
    return { kind, loads: known.toSorted((one, other) => one - other) };
  throw new InvalidArgumentError(
    `It must be rate: or concurrency: with up to ${MOST_LOADS} loads, e.g. rate:1,2,5 or concurrency:1,2,4.`,
  );
}

const NAMES = { rate: 'rates', concurrency: 'whole numbers' } as const;

function readLoad(text: string, kind: LoadKind): number | undefined {
  const load = parseDecimal(text);
  if (kind === 'concurrency' && !Number.isInteger(load)) return undefined;
  return load >= LEAST_LOAD[kind] && load <= MOST_LOAD ? load : undefined;
}

/** Refuses several loads and names the flag for them. */
export const oneLoad =
  (kind: LoadKind, read: (text: string) => number) =>
  (text: string): number => {
    if (/^\d[\d.]*(,\d[\d.]*)+$/.test(text))
      throw new InvalidArgumentError(`Use --sweep ${kind}:${text} for several loads.`);
    return read(text);
  };
