import * as z from 'zod/mini';
import { readYamlFile } from '../../config/yaml-file.js';
import { DEFAULT_LIMITS, type Limits, type TenantLimit } from './tenant-limits.js';

const rate = z.optional(z.number().check(z.positive()));
const count = z.optional(z.int().check(z.positive()));
const tenantSchema = z.strictObject({
  concurrent: count,
  queued: z.optional(z.int().check(z.nonnegative())),
  requests_per_second: rate,
  bytes_per_second: rate,
});
const schema = z.strictObject({
  concurrent: count,
  default: z.optional(tenantSchema),
  tenants: z.optional(z.record(z.string(), tenantSchema)),
});

/**
 * Reads the limits of a daemon: `concurrent`, `default` and `tenants.NAME`, the last two with `concurrent`,
 * `queued`, `requests_per_second` and `bytes_per_second`. What is left out has the default's value, or none.
 * @throws {Error} that names the file, the key and what it must be
 */
export function readLimitsFile(path: string): Limits {
  const file = readYamlFile(path, path);
  if (file.kind === 'missing') throw new Error(`the limits file ${path} does not exist`);
  if (file.kind === 'unusable') throw new Error(`the limits file ${path} ${file.problems[0]?.message}`);
  const parsed = schema.safeParse(file.tree);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
    const problem = issue?.code === 'unrecognized_keys' ? 'is no setting here' : 'must be a number above 0';
    throw new Error(`the limits file ${path}: "${key}" ${problem}`);
  }
  const { concurrent, default: general, tenants = {} } = parsed.data;
  const base = limitFrom(general ?? {}, DEFAULT_LIMITS.default);
  return {
    concurrent: concurrent ?? DEFAULT_LIMITS.concurrent,
    default: base,
    tenants: Object.fromEntries(
      Object.entries(tenants).map(([name, given]) => [name, limitFrom(given, base)]),
    ),
  };
}

function limitFrom(given: z.infer<typeof tenantSchema>, base: TenantLimit): TenantLimit {
  return {
    concurrent: given.concurrent ?? base.concurrent,
    queued: given.queued ?? base.queued,
    requestsPerSecond: given.requests_per_second ?? base.requestsPerSecond,
    bytesPerSecond: given.bytes_per_second ?? base.bytesPerSecond,
  };
}
