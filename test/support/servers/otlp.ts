import { startUpstream, type Upstream } from './upstream.js';

/** A span as a collector receives it. Times are nanoseconds since 1970. */
export interface SeenSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, unknown>;
}

export interface Collector extends Upstream {
  readonly spans: readonly SeenSpan[];
  /** The names of the figures, with the resource's service. */
  readonly metrics: readonly { service: string; name: string; points: readonly Record<string, unknown>[] }[];
  /** The received bodies. */
  readonly bytes: Buffer;
}

/** Takes OTLP over HTTP, as JSON or as protobuf. https://opentelemetry.io/docs/specs/otlp/ */
export async function startCollector(status = 200): Promise<Collector> {
  const upstream = await startUpstream(({ headers }, response) => {
    const type = String(headers['content-type']);
    response.writeHead(status, { 'content-type': type }).end(type === 'application/json' ? '{}' : '');
  });
  const bodies = (path: string): unknown[] =>
    upstream.requests
      .filter((request) => request.path === path)
      .map(({ headers, body }) =>
        headers['content-type'] === 'application/json'
          ? (JSON.parse(body.toString()) as unknown)
          : read(body, path === '/v1/traces' ? TRACES : METRICS),
      );
  return {
    ...upstream,
    get spans() {
      return bodies('/v1/traces').flatMap((body) =>
        list(body, 'resourceSpans').flatMap((resource) =>
          list(resource, 'scopeSpans').flatMap((scope) =>
            list(scope, 'spans').map((span) => spanOf(serviceOf(resource), span)),
          ),
        ),
      );
    },
    get metrics() {
      return bodies('/v1/metrics').flatMap((body) =>
        list(body, 'resourceMetrics').flatMap((resource) =>
          list(resource, 'scopeMetrics').flatMap((scope) =>
            list(scope, 'metrics').map((metric) => ({
              service: serviceOf(resource),
              name: String(metric.name),
              points: list(metric.histogram ?? {}, 'dataPoints'),
            })),
          ),
        ),
      );
    },
    get bytes() {
      return Buffer.concat(upstream.requests.map(({ body }) => body));
    },
  };
}

type Tree = Record<string, unknown>;

function list(value: unknown, name: string): Tree[] {
  return ((value as Tree)[name] ?? []) as Tree[];
}

function serviceOf(resource: Tree): string {
  return String(attributesOf(resource.resource as Tree)['service.name']);
}

export function attributesOf(value: Tree): Record<string, unknown> {
  return Object.fromEntries(
    list(value, 'attributes').map(({ key, value: inner }) => [String(key), Object.values(inner as Tree)[0]]),
  );
}

function spanOf(service: string, span: Tree): SeenSpan {
  return {
    service,
    traceId: String(span.traceId),
    spanId: String(span.spanId),
    parentSpanId: String(span.parentSpanId ?? ''),
    name: String(span.name),
    kind: Number(span.kind ?? 0),
    start: BigInt(String(span.startTimeUnixNano)),
    end: BigInt(String(span.endTimeUnixNano)),
    attributes: attributesOf(span),
  };
}

type Field = readonly [
  name: string,
  form: 'text' | 'id' | 'fixed' | 'number' | 'double' | Message,
  many?: 'many',
];
interface Message {
  readonly [field: number]: Field;
}

// The checked fields of https://github.com/open-telemetry/opentelemetry-proto.
const VALUE: Message = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'number'],
  3: ['intValue', 'number'],
  4: ['doubleValue', 'double'],
};
const ATTRIBUTE: Message = { 1: ['key', 'text'], 2: ['value', VALUE] };
const RESOURCE: Message = { 1: ['attributes', ATTRIBUTE, 'many'] };
const SPAN: Message = {
  1: ['traceId', 'id'],
  2: ['spanId', 'id'],
  4: ['parentSpanId', 'id'],
  5: ['name', 'text'],
  6: ['kind', 'number'],
  7: ['startTimeUnixNano', 'fixed'],
  8: ['endTimeUnixNano', 'fixed'],
  9: ['attributes', ATTRIBUTE, 'many'],
};
const TRACES: Message = {
  1: [
    'resourceSpans',
    { 1: ['resource', RESOURCE], 2: ['scopeSpans', { 2: ['spans', SPAN, 'many'] }, 'many'] },
    'many',
  ],
};
const METRIC: Message = { 1: ['name', 'text'] };
const METRICS: Message = {
  1: [
    'resourceMetrics',
    { 1: ['resource', RESOURCE], 2: ['scopeMetrics', { 2: ['metrics', METRIC, 'many'] }, 'many'] },
    'many',
  ],
};

function read(bytes: Buffer, message: Message): Tree {
  const tree: Tree = {};
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [name, form, many] = message[tag >> 3] ?? [];
    let value: unknown;
    switch (tag & 7) {
      case 0:
        value = Number(varint());
        break;
      case 1:
        value = form === 'double' ? bytes.readDoubleLE(at) : bytes.readBigUInt64LE(at);
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      default: {
        const length = Number(varint());
        const inner = bytes.subarray(at, at + length);
        at += length;
        if (form === 'text') value = inner.toString();
        else if (form === 'id') value = inner.toString('hex');
        else if (typeof form === 'object') value = read(inner, form);
      }
    }
    if (name === undefined) continue;
    if (many === 'many') tree[name] = [...((tree[name] ?? []) as unknown[]), value];
    else tree[name] = value;
  }
  return tree;
}
