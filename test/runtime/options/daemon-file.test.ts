import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/runtime/limits.js';
import { readDaemonFile, readLimitsSection } from '../../../src/runtime/options/daemon-file.js';
import type { DaemonFlags } from '../../../src/runtime/options/daemon-flags.js';
import { daemonOptions } from '../../../src/runtime/options/daemon-options.js';
import { CIRCUIT_DEFAULTS } from '../../../src/runtime/policy/circuit.js';
import { RETRY_DEFAULTS } from '../../../src/runtime/policy/retry-decision.js';
import { DEFAULT_LIMITS as TENANT_DEFAULTS } from '../../../src/runtime/policy/tenant-limits.js';
import { folderForFile } from '../../support/run/temporary-folder.js';

const folder = folderForFile();

async function file(text: string): Promise<string> {
  const path = join(folder, 'runtime.yaml');
  await writeFile(path, text);
  return path;
}

const flags = (config: string, more: Partial<DaemonFlags> = {}): DaemonFlags => ({
  listen: { kind: 'unix', path: '/nowhere' },
  limits: {},
  ...more,
  policy: { config, ...more.policy },
});

describe('an error names file, line and column, and says what to do', () => {
  test.each([
    ['retry:\n  atempts: 2\n', /runtime\.yaml:2:3: unknown key "retry\.atempts" - did you mean "attempts"\?/],
    [
      'openai:\n  api_key: x\n',
      /:1:1: unknown key "openai" - this is the daemon's configuration; the chat has/,
    ],
    ['circuit:\n  nonsense: 1\n', /known keys: failures_in_row, failure_rate/],
    ['clients:\n  connections: 0\n', /:2:16: "clients\.connections" must be above 0/],
    ['clients:\n  connections: many\n', /:2:16: "clients\.connections" must be a (whole )?number/],
    ['circuit:\n  failure_rate: 2\n', /:2:17: "circuit\.failure_rate" must be 1 or less/],
    ['upstream:\n  http2: maybe\n', /"upstream\.http2" must be one of allow, deny/],
    ['egress:\n  allow: [https://a.example/path]\n', /:2:\d+: "egress\.allow\.0" must be an origin such as/],
    ['egress:\n  allow: https://a.example\n', /"egress\.allow" must be a list/],
    [
      'limits:\n  tenants:\n    a:\n      queue: 1\n',
      /:4:7: unknown key "limits\.tenants\.a\.queue" - did you mean "queued"/,
    ],
    ['retry: 3\n', /:1:8: "retry" must be a mapping/],
    ['a: [\n', /runtime\.yaml:2:1: /],
  ])('%j', async (text, message) => {
    const path = await file(text);
    expect(() => readDaemonFile(path)).toThrow(message);
  });

  test('all problems are reported together', async () => {
    const path = await file('retry:\n  attempts: 0\ndrain_s: -1\nx: 1\n');
    const read = (): string[] => {
      try {
        readDaemonFile(path);
        return [];
      } catch (error) {
        return String(error).split('\n');
      }
    };
    expect(read()).toHaveLength(3);
  });

  test('a missing file', () => {
    expect(() => readDaemonFile('/nowhere/x.yaml')).toThrow('the file /nowhere/x.yaml does not exist');
    expect(() => readLimitsSection('/nowhere/x.yaml')).toThrow('the file /nowhere/x.yaml does not exist');
  });
});

test('the example file shows the defaults', async () => {
  const example = join(import.meta.dirname, '../../../docs/runtime.example.yaml');
  const { limits, policies, pool, drainMs, logFile } = await daemonOptions(flags(example), {});
  expect(limits).toEqual(DEFAULT_LIMITS);
  expect(policies?.retry).toEqual(RETRY_DEFAULTS);
  expect(policies?.circuit).toEqual(CIRCUIT_DEFAULTS);
  expect(policies?.limits).toEqual(TENANT_DEFAULTS);
  expect(policies?.egress).toEqual({ allow: [], deny: [], plain: true, loopback: true });
  expect(pool).toEqual({ verify: true, http2: true });
  expect([drainMs, logFile]).toEqual([undefined, undefined]);
});

test('every setting of the file is used, and flags win over it', async () => {
  const path = await file(`
log: { file: /tmp/x.log, level: debug, max_bytes: 5, keep: 1 }
metrics_port: 9000
drain_s: 1
clients: { connections: 1, requests_per_connection: 2, frame_bytes: 3, frame_s: 4, idle_s: 5 }
upstream: { http2: deny, connections: 6, streams_per_connection: 7, connect_s: 8, idle_s: 9, keep_alive_s: 10, header_bytes: 11 }
egress: { allow: ["https://A.example:443"], deny: [http://b.example], https_only: true, loopback: deny }
retry: { attempts: 1, first_delay_ms: 2, max_delay_ms: 3, max_retry_after_s: 4, budget_share: 0.5, budget_min: 6 }
circuit: { failures_in_row: 1, failure_rate: 0.2, min_requests: 3, window_s: 4, open_s: 5, max_open_s: 6 }
limits: { concurrent: 1, default: { queued: 2 }, tenants: { a: { requests_per_second: 0.5 } } }
`);
  const options = await daemonOptions(flags(path), {});
  expect(options).toEqual({
    metricsPort: 9000,
    logFile: { path: '/tmp/x.log', level: 'debug', maxBytes: 5, keep: 1 },
    limits: {
      drainMs: 1000,
      connections: 1,
      requestsPerConnection: 2,
      frameBytes: 3,
      frameTimeoutMs: 4000,
      clientIdleMs: 5000,
      upstreamConnections: 6,
      streamsPerConnection: 7,
      connectTimeoutMs: 8000,
      upstreamIdleMs: 9000,
      keepAliveMs: 10_000,
      responseHeaderBytes: 11,
    },
    pool: { verify: true, http2: false },
    policies: {
      egress: { allow: ['https://a.example'], deny: ['http://b.example'], plain: false, loopback: false },
      retry: {
        attempts: 1,
        firstDelayMs: 2,
        maxDelayMs: 3,
        maxRetryAfterMs: 4000,
        budgetShare: 0.5,
        budgetMin: 6,
      },
      circuit: {
        failuresInRow: 1,
        failureRate: 0.2,
        minRequests: 3,
        windowMs: 4000,
        openMs: 5000,
        maxOpenMs: 6000,
      },
      limits: {
        concurrent: 1,
        default: { ...TENANT_DEFAULTS.default, queued: 2 },
        tenants: { a: { ...TENANT_DEFAULTS.default, queued: 2, requestsPerSecond: 0.5 } },
      },
    },
  });
  const beaten = await daemonOptions(
    flags(path, {
      logFile: '/tmp/y.log',
      logLevel: 'error',
      metricsPort: 0,
      limits: { connections: 99 },
      policy: {
        config: path,
        maxAttempts: 9,
        http2: 'allow',
        loopback: 'allow',
        allowOrigin: ['https://c.example'],
      },
    }),
    {},
  );
  expect(beaten.logFile).toMatchObject({ path: '/tmp/y.log', level: 'error' });
  expect([beaten.metricsPort, beaten.limits?.connections, beaten.limits?.frameBytes]).toEqual([0, 99, 3]);
  expect(beaten.policies?.retry?.attempts).toBe(9);
  expect(beaten.policies?.egress).toMatchObject({ allow: ['https://c.example'], loopback: true });
  expect(beaten.pool?.http2).toBe(true);
});
