import { closestTo } from '../../common/text/closest.js';
import type { Access, Endpoint } from '../../config/endpoints/endpoint.js';
import { answerRequest } from '../../config/endpoints/endpoint-request.js';
import { presetRemarks } from '../../config/endpoints/preset-check.js';
import { PROVIDERS } from '../../config/endpoints/providers.js';
import { Secret } from '../../config/secret.js';
import type { RuntimeClient } from '../../sdk/index.js';
import { runExchange } from '../exchange.js';
import type { ChatAnswer } from '../types.js';
import { apiOfUrl, createProbes, ONCE, type Probes } from './probes.js';
import { type AdvisedCause, BEGIN_HTTPS, type Cause, causeInWords, connectionCause } from './refusal.js';

/** The result of one test question to an endpoint. */
export type Diagnosis =
  | { works: true; detail: string }
  /** `advice`: what the user should do. */
  | { works: false; fault: Cause; detail: string; advice: string };

const QUESTION = [{ role: 'user', content: 'Answer with the word OK.' }] as const;
/** The default version of Azure's API. */
const AZURE_VERSION = PROVIDERS.azure.query['api-version'];

interface DiagnosisOptions {
  signal?: AbortSignal;
  /** Longest silence after the beginning of an answer, in ms [20000]. */
  silentMs?: number;
}

/**
 * Sends the endpoint one short question, which costs a few tokens, and reads the whole answer. When the answer is
 * incomplete, further requests to the same origin try other authentication, paths and wire formats. Rejects only when
 * `signal` aborts.
 */
export async function diagnose(
  client: RuntimeClient,
  endpoint: Endpoint,
  options: DiagnosisOptions = {},
): Promise<Diagnosis> {
  const first = await question(client, endpoint, options);
  if (first.worked) return { works: true, detail: `${first.answer.model ?? endpoint.model} answers` };
  const { error } = first.answer;
  const detail = first.silence ?? error?.message ?? 'the answer ended without a finish reason';
  const reads = async (other: Endpoint): Promise<boolean> => {
    const { worked, answer } = await question(client, other, options);
    const { error: refusal } = answer;
    return worked || refusal === undefined || [400, 401, 403, 422, 429].includes(refusal.statusCode ?? 0);
  };
  const [cause, advice] =
    configurationCause(endpoint) ??
    (first.begun || error === undefined
      ? brokenAnswer(first)
      : (connectionCause(error) ??
        causeInWords(error) ??
        (await causeOf(
          endpoint,
          error.statusCode ?? 0,
          detail,
          createProbes(client, endpoint, reads, options),
        ))));
  return { works: false, fault: cause, detail, advice };
}

interface Tested {
  worked: boolean;
  answer: ChatAnswer;
  /** Whether output has arrived. */
  begun: boolean;
  /** Whether the response broke off before its regular end. */
  lost: boolean;
  /** A description when the answer began and then stalled. */
  silence?: string;
}

const SILENT_MS = 20_000;

async function question(
  client: RuntimeClient,
  endpoint: Endpoint,
  { signal, silentMs = SILENT_MS }: DiagnosisOptions,
): Promise<Tested> {
  const silent = new AbortController();
  const signals = signal === undefined ? [silent.signal] : [silent.signal, signal];
  let timer: NodeJS.Timeout | undefined;
  let lost = false;
  try {
    const answer = await runExchange(client, endpoint, 0, QUESTION, {
      stream: true,
      signal: AbortSignal.any(signals),
      policy: ONCE,
      onEvent({ type }) {
        const output = type === 'text' || type === 'reasoning' || type === 'refusal' || type === 'tool_call';
        if (output) timer ??= setTimeout(() => silent.abort(), silentMs);
      },
      onWire({ type }) {
        timer?.refresh();
        if (type === 'lost') lost = true;
      },
    });
    signal?.throwIfAborted();
    const worked = answer.outcome === 'complete' || answer.outcome === 'empty';
    const silence = `the answer began, and then nothing came for ${silentMs / 1000} s`;
    return { worked, answer, begun: timer !== undefined, lost, ...(silent.signal.aborted && { silence }) };
  } finally {
    clearTimeout(timer);
  }
}

const OTHER: AdvisedCause = ['other', 'read the message of the provider'];

/** Finds the cause of an incomplete answer. */
function brokenAnswer({ silence, lost, answer: { error } }: Tested): AdvisedCause {
  const look = 'check the log of the server and of any proxy in front of it';
  if (silence !== undefined) return ['stalled', `${look}: the server stops in the middle of the answer`];
  if (error === undefined || lost) return ['interrupted', `${look}: the answer is cut off`];
  return causeInWords(error) ?? OTHER;
}

/** Returns the cause when the configuration is unusable. Its `problem` already contains the advice. */
function configurationCause({ problem }: Endpoint): AdvisedCause | undefined {
  if (problem === undefined) return undefined;
  const [, ...advice] = problem.split(': ');
  return ['not configured', advice.join(': ') || 'add the missing setting'];
}

/** Finds the cause with further requests. */
async function causeOf(
  endpoint: Endpoint,
  status: number,
  detail: string,
  probes: Probes,
): Promise<AdvisedCause> {
  if (status >= 300 && status < 400) return redirectCause(endpoint, detail);
  if (status === 401 || status === 403) {
    const style = await probes.acceptedAuth();
    return style === undefined ? keyCause(endpoint) : ['authentication', `set auth: ${style}`];
  }
  const version = await versionCause(endpoint, detail, probes);
  if (version !== undefined) return version;
  if (status !== 404 && status !== 400 && status !== 405 && status !== 422) return OTHER;
  const { api, url } = endpoint.access;
  const routed = apiOfUrl(url);
  if (routed !== undefined && routed !== api) return ['wire format', `set api: ${routed}`];
  const models = await probes.models();
  const unknown = models !== undefined && !models.includes(endpoint.model);
  if (unknown || /\b(model|deployment)\b.*\b(not|unknown|exist|invalid)/i.test(detail))
    return modelCause(endpoint, models ?? []);
  if (status !== 404 && status !== 405) return OTHER;
  const base = models === undefined ? await probes.workingBase() : undefined;
  if (base !== undefined) return ['path', `set base_url: ${base}`];
  const spoken = await probes.spokenApi();
  if (spoken !== undefined) return ['wire format', `set api: ${spoken}`];
  return ['path', 'check the path of base_url'];
}

function redirectCause({ baseUrl }: Endpoint, detail: string): AdvisedCause {
  const secure = baseUrl.replace(/^http:/, 'https:');
  return secure !== baseUrl && detail.includes(new URL(secure).origin)
    ? ['scheme', BEGIN_HTTPS]
    : ['redirect', 'set base_url to the address in the redirect: the daemon does not follow it with a POST'];
}

function keyCause(endpoint: Endpoint): AdvisedCause {
  const { apiKey } = endpoint;
  const foreign = presetRemarks(endpoint).find(({ detail }) => detail.startsWith('the key begins'));
  if (foreign !== undefined) return ['key', `${foreign.advice}: ${foreign.detail}`];
  return ['key', apiKey === undefined ? 'set api_key' : 'check api_key: it may belong to another account'];
}

function modelCause({ model }: Endpoint, models: readonly string[]): AdvisedCause {
  const offered = closestTo(model, models) ?? models.slice(0, 3).join(', ');
  return ['model', offered === '' ? 'check the model name' : `set model, e.g. ${offered}`];
}

/** Detects a wrong version of Azure's API, with which Azure answers as if the resource did not exist. */
async function versionCause(
  endpoint: Endpoint,
  detail: string,
  probes: Probes,
): Promise<AdvisedCause | undefined> {
  const { hostname, pathname, searchParams } = new URL(answerRequest(endpoint).url);
  const azure = /\.azure\.com$/.test(hostname) || pathname.includes('/openai/deployments/');
  if (!azure && !/api-version/i.test(detail)) return undefined;
  const advice = `set query: { api-version: "${AZURE_VERSION}" }`;
  if (!searchParams.has('api-version')) return ['api-version', `${advice}, or provider: azure`];
  if (/api.version/i.test(detail)) return ['api-version', advice];
  // The same error can mean that the resource is missing. Only the list of models shows which of the two is true.
  const known: Access['query'] = new Map([
    ...endpoint.access.query,
    ['api-version', new Secret(AZURE_VERSION)],
  ]);
  if (searchParams.get('api-version') === AZURE_VERSION || (await probes.models()) !== undefined)
    return undefined;
  return (await probes.worksWith(known)) ? ['api-version', advice] : undefined;
}
