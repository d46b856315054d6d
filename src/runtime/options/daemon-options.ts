import { readFileSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import type { ListenAddress } from '../clients/address.js';
import type { Limits } from '../limits.js';
import type { LogFileOptions } from '../log.js';
import { CIRCUIT_DEFAULTS } from '../policy/circuit.js';
import type { EgressRules } from '../policy/egress.js';
import { RETRY_DEFAULTS, type RetrySettings } from '../policy/retry-decision.js';
import {
  type Limits as AllTenantLimits,
  DEFAULT_LIMITS as TENANT_DEFAULTS,
  type TenantLimit,
} from '../policy/tenant-limits.js';
import type { RuntimeOptions } from '../server.js';
import { proxiesFrom } from '../upstream/proxy.js';
import type { DaemonFile, LimitsSection } from './daemon-file.js';
import type { DaemonFlags } from './daemon-flags.js';

export type DaemonOptions = Omit<RuntimeOptions, 'listen' | 'log' | 'onIdle'> & {
  /** Absent when the daemon writes no log. */
  logFile?: LogFileOptions;
};

/**
 * Combines flags, files and environment; flags win over the file.
 * @throws {Error} that names the unusable value and where it is set, and says what to do
 */
export async function daemonOptions(
  flags: DaemonFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DaemonOptions> {
  const { listen, policy } = flags;
  const { file, tenants } = await readFiles(policy);
  const locked = listen.kind === 'tcp' && policy.allowTokenless !== true;
  if (locked && policy.tokenFile === undefined) {
    throw new Error(
      'give --token-file FILE (a missing file is created), or --allow-tokenless: every program can reach a TCP port',
    );
  }
  const proxies = proxiesFrom(env);
  const ca = policy.ca ?? file.upstream?.ca;
  const logFile = flags.logFile ?? file.log?.file;
  const metricsPort = flags.metricsPort ?? file.metrics_port;
  return {
    limits: { ...limitsOf(file), ...flags.limits },
    pool: {
      verify: policy.insecureSkipVerify !== true,
      http2: (policy.http2 ?? file.upstream?.http2) !== 'deny',
      ...(ca !== undefined && { ca: readCertificates(ca) }),
      ...(proxies !== undefined && { proxies }),
    },
    policies: {
      egress: egressOf(flags, file.egress ?? {}, listen),
      retry: retryOf(flags, file.retry ?? {}),
      circuit: circuitOf(file.circuit ?? {}),
      ...(tenants !== undefined && { limits: tenantLimitsOf(tenants) }),
    },
    ...(metricsPort !== undefined && { metricsPort }),
    ...(locked && policy.tokenFile !== undefined && { tokenFile: policy.tokenFile }),
    ...(logFile !== undefined && {
      logFile: {
        path: logFile,
        level: flags.logLevel ?? file.log?.level ?? 'info',
        ...(file.log?.max_bytes !== undefined && { maxBytes: file.log.max_bytes }),
        ...(file.log?.keep !== undefined && { keep: file.log.keep }),
      },
    }),
  };
}

async function readFiles({
  config,
  limits,
}: DaemonFlags['policy']): Promise<{ file: DaemonFile; tenants: LimitsSection | undefined }> {
  if (config === undefined && limits === undefined) return { file: {}, tenants: undefined };
  // Most daemons have no configuration file. They start faster without the code that reads one.
  const { readDaemonFile, readLimitsSection } = await import('./daemon-file.js');
  const file = config === undefined ? {} : readDaemonFile(config);
  return { file, tenants: limits === undefined ? file.limits : readLimitsSection(limits) };
}

function limitsOf({ clients = {}, upstream = {}, drain_s }: DaemonFile): Partial<Limits> {
  const all: Record<keyof Limits, number | undefined> = {
    frameBytes: clients.frame_bytes,
    frameTimeoutMs: ms(clients.frame_s),
    connections: clients.connections,
    requestsPerConnection: clients.requests_per_connection,
    clientIdleMs: ms(clients.idle_s),
    upstreamConnections: upstream.connections,
    streamsPerConnection: upstream.streams_per_connection,
    connectTimeoutMs: ms(upstream.connect_s),
    upstreamIdleMs: ms(upstream.idle_s),
    keepAliveMs: ms(upstream.keep_alive_s),
    responseHeaderBytes: upstream.header_bytes,
    drainMs: ms(drain_s),
  };
  return given(all);
}

function egressOf(
  { policy }: DaemonFlags,
  file: NonNullable<DaemonFile['egress']>,
  listen: ListenAddress,
): EgressRules {
  const origins = (urls: readonly string[] = []): string[] => urls.map((url) => new URL(url).origin);
  const loopback = policy.loopback ?? file.loopback;
  return {
    allow: policy.allowOrigin ?? origins(file.allow),
    deny: policy.denyOrigin ?? origins(file.deny),
    plain: (policy.httpsOnly ?? file.https_only) !== true,
    loopback: loopback === undefined ? listen.kind === 'unix' : loopback === 'allow',
  };
}

function retryOf({ policy }: DaemonFlags, file: NonNullable<DaemonFile['retry']>): RetrySettings {
  return {
    attempts: policy.maxAttempts ?? file.attempts ?? RETRY_DEFAULTS.attempts,
    firstDelayMs: file.first_delay_ms ?? RETRY_DEFAULTS.firstDelayMs,
    maxDelayMs: file.max_delay_ms ?? RETRY_DEFAULTS.maxDelayMs,
    maxRetryAfterMs: ms(file.max_retry_after_s) ?? RETRY_DEFAULTS.maxRetryAfterMs,
    budgetShare: file.budget_share ?? RETRY_DEFAULTS.budgetShare,
    budgetMin: file.budget_min ?? RETRY_DEFAULTS.budgetMin,
  };
}

function circuitOf(file: NonNullable<DaemonFile['circuit']>): typeof CIRCUIT_DEFAULTS {
  return {
    ...CIRCUIT_DEFAULTS,
    ...given({
      failuresInRow: file.failures_in_row,
      failureRate: file.failure_rate,
      minRequests: file.min_requests,
      windowMs: ms(file.window_s),
      openMs: ms(file.open_s),
      maxOpenMs: ms(file.max_open_s),
    }),
  };
}

function tenantLimitsOf({ concurrent, default: general = {}, tenants = {} }: LimitsSection): AllTenantLimits {
  const base = limitFrom(general, TENANT_DEFAULTS.default);
  return {
    concurrent: concurrent ?? TENANT_DEFAULTS.concurrent,
    default: base,
    tenants: Object.fromEntries(Object.entries(tenants).map(([name, own]) => [name, limitFrom(own, base)])),
  };
}

function limitFrom(own: NonNullable<LimitsSection['default']>, base: TenantLimit): TenantLimit {
  return {
    concurrent: own.concurrent ?? base.concurrent,
    queued: own.queued ?? base.queued,
    requestsPerSecond: own.requests_per_second ?? base.requestsPerSecond,
    bytesPerSecond: own.bytes_per_second ?? base.bytesPerSecond,
  };
}

/** Returns the entries that have a value. */
function given<K extends string>(all: Record<K, number | undefined>): Partial<Record<K, number>> {
  const entries = Object.entries<number | undefined>(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, number>>;
}

function ms(seconds: number): number;
function ms(seconds: number | undefined): number | undefined;
function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function readCertificates(path: string): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`the certificates (--ca, upstream.ca) in ${path} cannot be read: ${fileReason(error)}`);
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Error(`the file of --ca contains no certificate in PEM: ${path}`);
}
