import * as z from 'zod/mini';
import { closestTo } from '../../common/text/closest.js';
import { formatProblem, inOrder, type Problem } from '../../config/problem.js';
import type { Path } from '../../config/sources/tree.js';
import { type Locate, readYamlFile } from '../../config/sources/yaml-file.js';
import { LOG_LEVELS } from '../log.js';
import { originNamed } from './origin.js';

const count = z.int().check(z.positive());
const countOrZero = z.int().check(z.nonnegative());
const positive = z.number().check(z.positive());
const seconds = z.number().check(z.nonnegative());
const share = z.number().check(z.nonnegative(), z.maximum(1));
const rule = z.enum(['allow', 'deny']);
const text = z.string().check(z.minLength(1));
const origin = z.string().check(z.refine((value) => originNamed(value) !== undefined));

const tenant = z.strictObject({
  concurrent: z.optional(count),
  queued: z.optional(countOrZero),
  requests_per_second: z.optional(positive),
  bytes_per_second: z.optional(positive),
});

const limits = z.strictObject({
  concurrent: z.optional(count),
  default: z.optional(tenant),
  tenants: z.optional(z.record(z.string(), tenant)),
});

const daemon = z.strictObject({
  log: z.optional(
    z.strictObject({
      file: z.optional(text),
      level: z.optional(z.enum(LOG_LEVELS)),
      max_bytes: z.optional(count),
      keep: z.optional(countOrZero),
    }),
  ),
  metrics_port: z.optional(z.int().check(z.nonnegative(), z.maximum(65_535))),
  drain_s: z.optional(seconds),
  clients: z.optional(
    z.strictObject({
      connections: z.optional(count),
      requests_per_connection: z.optional(count),
      frame_bytes: z.optional(count),
      frame_s: z.optional(positive),
      idle_s: z.optional(seconds),
    }),
  ),
  upstream: z.optional(
    z.strictObject({
      http2: z.optional(rule),
      connections: z.optional(count),
      streams_per_connection: z.optional(count),
      connect_s: z.optional(positive),
      idle_s: z.optional(seconds),
      keep_alive_s: z.optional(positive),
      header_bytes: z.optional(count),
      ca: z.optional(text),
    }),
  ),
  egress: z.optional(
    z.strictObject({
      allow: z.optional(z.array(origin)),
      deny: z.optional(z.array(origin)),
      https_only: z.optional(z.boolean()),
      loopback: z.optional(rule),
    }),
  ),
  retry: z.optional(
    z.strictObject({
      attempts: z.optional(count),
      first_delay_ms: z.optional(countOrZero),
      max_delay_ms: z.optional(countOrZero),
      max_retry_after_s: z.optional(seconds),
      budget_share: z.optional(share),
      budget_min: z.optional(countOrZero),
    }),
  ),
  circuit: z.optional(
    z.strictObject({
      failures_in_row: z.optional(count),
      failure_rate: z.optional(share),
      min_requests: z.optional(count),
      window_s: z.optional(positive),
      open_s: z.optional(positive),
      max_open_s: z.optional(positive),
    }),
  ),
  limits: z.optional(limits),
});

/** The daemon's configuration file; see docs/runtime.example.yaml. */
export type DaemonFile = z.infer<typeof daemon>;
/** The limits of tenants, from `limits:` or from the file of `--limits`. */
export type LimitsSection = z.infer<typeof limits>;

/**
 * Reads the file of `--config`.
 * @throws {Error} that lists each problem with file, line and column, and says what to do
 */
export function readDaemonFile(path: string): DaemonFile {
  return readFile(path, daemon);
}

/**
 * Reads the file of `--limits`. It has the format of `limits:` in the file of `--config`.
 * @throws {Error} that lists each problem with file, line and column, and says what to do
 */
export function readLimitsSection(path: string): LimitsSection {
  return readFile(path, limits);
}

function readFile<T>(path: string, schema: z.ZodMiniType<T>): T {
  const file = readYamlFile(path, path);
  if (file.kind === 'missing') throw new Error(`the file ${path} does not exist: check the path`);
  if (file.kind === 'unusable') throw new Error(file.problems.map(formatProblem).join('\n'));
  const parsed = schema.safeParse(file.tree);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, file.locate, schema));
  throw new Error(inOrder(problems).map(formatProblem).join('\n'));
}

function problemsOf(issue: z.core.$ZodIssue, locate: Locate, schema: z.ZodMiniType): Problem[] {
  const at: Path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...at, key];
      return problem(
        path,
        locate(path, 'key'),
        `unknown key "${path.join('.')}"`,
        suggestion(key, at, schema),
      );
    });
  }
  return [problem(at, locate(at, 'value'), `"${at.join('.')}" must be ${wanted(issue)}`)];
}

function problem(path: Path, source: Problem['source'], message: string, hint?: string): Problem {
  const common = { severity: 'error', message, path: path.join('.'), source } as const;
  return hint === undefined ? common : { ...common, suggestion: hint };
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  record: 'a mapping',
  object: 'a mapping',
  array: 'a list',
};

/** Describes the value that a key needs, e.g. "a whole number". */
function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? `a ${issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string') return 'given';
      return issue.inclusive === true ? `${issue.minimum} or more` : `above ${issue.minimum}`;
    case 'too_big':
      return `${issue.maximum} or less`;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    default:
      return 'an origin such as https://api.example.com, without a path';
  }
}

/** Suggests the most similar key, or lists the known keys. */
function suggestion(key: string, at: Path, schema: z.ZodMiniType): string {
  const known = keysAt(at, schema);
  const near = closestTo(key, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  const chat = at.length === 0 && ['openai', 'simulator', 'profiles', 'runtime', 'chat'].includes(key);
  if (chat) return "this is the daemon's configuration; the chat has a separate file";
  return `known keys: ${known.join(', ')}`;
}

function keysAt(at: Path, schema: z.ZodMiniType): string[] {
  const [first, ...rest] = at;
  const inner = schema instanceof z.ZodMiniOptional ? schema.def.innerType : schema;
  if (inner instanceof z.ZodMiniRecord && first !== undefined)
    return keysAt(rest, inner.def.valueType as z.ZodMiniType);
  if (!(inner instanceof z.ZodMiniObject)) return [];
  const shape: Record<string, unknown> = inner.def.shape;
  if (first === undefined) return Object.keys(shape);
  const next = shape[first];
  return next instanceof z.ZodMiniType ? keysAt(rest, next) : [];
}
