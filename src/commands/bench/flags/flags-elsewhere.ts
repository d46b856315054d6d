import type { Command } from 'commander';

/** Flags of other load tests by their flag here: AIPerf, guidellm, vLLM, SGLang, llmperf, Locust, k6, oha, hey, wrk. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '--requests':
    '-n --num-prompts --num-requests --num-queries --request-count --max-requests --iterations --max-num-completed-requests',
  '--concurrency':
    '-c --max-concurrency --connections --vus --users --num-users -u --streams --num-concurrent-requests',
  '--duration': '-z -d -t --max-seconds --run-time --benchmark-duration --max-duration',
  '--rate': '-q --rps --qps --request-rate',
  '--stages': '--stage',
  '--arrivals gamma:SHAPE': '--burstiness',
  '--arrivals': '--request-rate-mode --arrival-pattern',
  '--ramp': '--spawn-rate --rampup --concurrency-ramp-duration',
  '--warmup': '--warmup-requests --warmup-request-count --num-warmups',
  '--prompts': '-f --dataset --dataset-name --dataset-path --input-file --data --input-data',
  '--trace': '--fixed-schedule --mooncake-workload',
  '--input-tokens':
    '--isl --random-input --random-input-len --synthetic-input-tokens-mean --mean-input-tokens --prompt-tokens',
  '--output-tokens': '--osl --random-output --random-output-len --output-tokens-mean --mean-output-tokens',
  '--prefixes': '--gsp-num-groups --num-prefix-prompts',
  '--shared-prefix': '--gsp-system-prompt-len --random-prefix-len --prefix-prompt-length',
  '--think-time': '--wait-time --turn-delay --session-turn-delay-mean',
  '--set': '--extra-body --extra-inputs --extra-request-body --additional-sampling-params',
  '--seed': '--random-seed',
  '--set ignore_eos=true': '--ignore-eos',
  '--slo': '--goodput',
  '--check': '--threshold --thresholds',
  '--json': '-o --out --output --save-result --result-dir --result-filename --output-file --summary-export',
  '--sweep': '--rate-type --profile --rate-list',
  '--timeout': '--request-timeout --request-timeout-seconds',
  '--progress none': '--no-tui --headless --disable-tqdm --disable-progress',
  '--mode openai': '--backend --endpoint-type',
  OPENAI_API_KEY: '--api-key',
  '--base-url': '--host --target --endpoint-url',
};

/** Lets a usage error about a flag of another load test name the flag of this one. */
export function adviseOnFlags(command: Command): void {
  command.configureOutput({ outputError: (text, write) => write(withAdvice(text)) });
}

/** Adds the advice, which replaces the parser's own proposal of a flag that is spelt alike. */
function withAdvice(error: string): string {
  const advice = adviceOn(error);
  return advice === '' ? error : error.replace(/^\(Did you mean .*\)\n/m, '') + advice;
}

function adviceOn(error: string): string {
  const [, unknown] = /unknown option '(-[^'=]+)/.exec(error) ?? [];
  const [flag] =
    Object.entries(ELSEWHERE).find(([, names]) => names.split(' ').includes(unknown ?? '')) ?? [];
  if (flag !== undefined) return `use ${flag} instead of ${unknown}\n`;
  const [, url] = /too many arguments.*?: .*?(https?:\/\/[^\s,]+?)[.,]?(?:\s|$)/.exec(error) ?? [];
  return url === undefined ? '' : `use --base-url ${url}\n`;
}
