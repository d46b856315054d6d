import { type Command, InvalidArgumentError, Option } from 'commander';

/** What a load is counted in. */
export type LoadKind = 'rate' | 'concurrency';

export interface LoadRange {
  readonly from: number;
  readonly to: number;
}

export interface Sweep {
  readonly kind: LoadKind;
  readonly loads: readonly number[];
}

/** Several loads, one after another. */
export interface SearchFlags {
  /** True: from a load that one request at a time makes. */
  findRate?: LoadRange | true;
  findConcurrency?: LoadRange | true;
  sweep?: Sweep;
}

/** Which loads are tried. */
export type SearchPlan =
  | { readonly type: 'find'; readonly kind: LoadKind; readonly range: LoadRange | undefined }
  | { readonly type: 'sweep'; readonly kind: LoadKind; readonly loads: readonly number[] };

export const MOST_LOAD = 10_000;
const LEAST_LOAD = { rate: 0.01, concurrency: 1 } as const;
const MOST_LOADS = 100;
/** What a load with several others beside it cannot be. */
const OTHERS = ['rate', 'stages', 'trace', 'requests', 'shard', 'startAt', 'turns', 'serverMetrics'];

export const SEARCH_HELP = `
--find-rate and --find-concurrency look for the highest load that keeps --slo: they double the load until it is missed, then
narrow the two down to 2 %. Each load runs for --duration at most [30 s], and ends early when the confidence interval is clear;
its warm-up is left out. An SLO without a share or errors asks for 99 %. --sweep runs all loads of a list, each for --duration:
  vastar-tui bench --find-rate --slo 'ttft.p95<500ms,errors<1%' --html capacity.html
  vastar-tui bench --sweep concurrency:1,2,4,8,16 --duration 20`;

/** Adds the flags. */
export function addSearchFlags(command: Command): Command {
  const find = (kind: LoadKind, what: string): Option =>
    new Option(`--find-${kind} [from-to]`, `the ${what} that keeps --slo, e.g. of 5-200`)
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

/** Undefined: the test has one load. */
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
    `It must be two ${NAMES[kind]}, the lower one first, e.g. 5-200; or nothing, to begin low.`,
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
    `It must be rate: or concurrency: and up to ${MOST_LOADS} of them, e.g. rate:1,2,5 or concurrency:1,2,4.`,
  );
}

const NAMES = { rate: 'rates', concurrency: 'whole numbers' } as const;

function readLoad(text: string, kind: LoadKind): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const load = Number(text);
  if (kind === 'concurrency' && !Number.isInteger(load)) return undefined;
  return load >= LEAST_LOAD[kind] && load <= MOST_LOAD ? load : undefined;
}
