import { z } from 'zod';

// HAR 1.2, after http://www.softwareishard.com/blog/har-12-spec/. Members that begin with "_" are allowed, any
// other unknown one is not.
const known = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z
    .looseObject(shape)
    .refine((value) => Object.keys(value).every((name) => name in shape || name.startsWith('_')), {
      message: 'unknown member',
    });

const comment = z.string().optional();
const iso8601 = z.iso.datetime({ offset: true });
const pair = known({ name: z.string(), value: z.string(), comment });
const size = z.int().min(-1);
const ms = z.number().min(0);
/** -1: does not apply. */
const optionalMs = z.union([z.literal(-1), ms]);

const request = known({
  method: z.string().min(1),
  url: z.url(),
  httpVersion: z.string(),
  cookies: z.array(pair),
  headers: z.array(pair),
  queryString: z.array(pair),
  postData: known({ mimeType: z.string(), text: z.string(), comment }).optional(),
  headersSize: size,
  bodySize: size,
  comment,
});

const response = known({
  status: z.int().min(0),
  statusText: z.string(),
  httpVersion: z.string(),
  cookies: z.array(pair),
  headers: z.array(pair),
  content: known({ size: z.int().min(0), mimeType: z.string(), text: z.string().optional(), comment }),
  redirectURL: z.string(),
  headersSize: size,
  bodySize: size,
  comment,
});

const entry = known({
  pageref: z.string().optional(),
  startedDateTime: iso8601,
  time: ms,
  request,
  response,
  cache: known({}),
  timings: known({
    blocked: optionalMs,
    dns: optionalMs,
    connect: optionalMs,
    ssl: optionalMs,
    send: ms,
    wait: ms,
    receive: ms,
    comment,
  }),
  comment,
});

const page = known({
  startedDateTime: iso8601,
  id: z.string(),
  title: z.string(),
  pageTimings: known({ onContentLoad: optionalMs.optional(), onLoad: optionalMs.optional() }),
  comment,
});

export const har = z.strictObject({
  log: known({
    version: z.literal('1.2'),
    creator: known({ name: z.string(), version: z.string(), comment }),
    pages: z.array(page),
    entries: z.array(entry),
    comment,
  }),
});
