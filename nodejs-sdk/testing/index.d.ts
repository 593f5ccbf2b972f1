/**
 * A cloud in memory, for tests of what uses Memory Service: no server, no port, no thread, no account.
 *
 * It stands behind the SDK's wire: whatever a MemoryService asks, of S3, CloudFront or any other service of AWS, it answers,
 * as these do, to asynchronous and synchronous calls alike.
 *
 *     const { cloudFor } = require('sdk-memory-service/testing');
 *
 *     test('a visit is counted', async (context) => {
 *       const cloud = cloudFor(context);
 *       const mem = new MemoryService(cloud.conf(), 'shop');
 *       await mem.increment('visits');
 *       cloud.clock.advance(3600);
 *       assert.equal(mem.get('visits'), 1);
 *     });
 */

/** A clock that goes with the machine's until a test moves or stops it. */
export class Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Less than 0 seconds sets it back. */
  advance(seconds: number): void;
  /** Let it stand still at this time, in Unix milliseconds. */
  set(time: number): void;
}

export interface CloudOptions {
  /** The time of S3, of the edges and of services; goes with the machine's unless given. */
  clock?: { now(): number; advance(seconds: number): void; set(time: number): void };
  /** How many there are, each with copies of its own; 1 unless given. */
  pointsOfPresence?: number;
  /** The names of the buckets that there are; all unless given. They share their objects. */
  buckets?: Iterable<string>;
  /** Whether a distribution wants signatures, by host; of another, that a request has one says it. */
  distributions?: Record<string, 'public' | 'private'>;
  /** The hosts of distributions by their ids; every id is one of all of them unless given. */
  distributionIds?: Record<string, string>;
}

/** An object in S3. */
export interface StoredObject {
  /** As it is stored. */
  body: Uint8Array;
  /** `content-type`, `content-encoding` and `cache-control`, as far as they are set. */
  headers: Record<string, string>;
  /** The ETag without quotes. */
  version: string;
  /** Unix time in milliseconds. */
  modified: number;
  storageClass: string;
  tags: Record<string, string>;
}

/** A request that came. */
export interface Asked {
  /** `edge`, or the service: `s3`, `ssm`, `secretsmanager`, `sts`, `cloudfront`. */
  where: string;
  method: string;
  /** At S3 `/<bucket>/<key>`; without a query. */
  path: string;
  /** At an edge, the number of the point of presence. */
  pop: number | undefined;
  /** Who signed it. */
  accessKey: string | null;
  /** Of the answer, if there was one. */
  status?: number;
  /** If it is signed in its query, as what is written beside a change record: since when that counts, in Unix milliseconds. */
  signedAt?: number;
  /** And for how many seconds. */
  expires?: number;
}

export interface FaultOptions {
  /** What the path begins with; at S3 it is `/<bucket>/<key>`. */
  path?: string;
  method?: string;
  /** At an edge, the number of the point of presence; every one unless given. */
  pop?: number;
  /** How many requests meet it; all until {@link Cloud.heal} unless given. */
  times?: number;
  /** Every how many-th request meets it. */
  every?: number;
  /** For the kind `status`; 503 unless given. */
  status?: number;
  /** For the kinds `status` and `keys`: the error's code. */
  code?: string;
  /** Seconds before anything happens. No time passes: what is too slow fails at once, as it would have in the end. */
  delay?: number;
  /** For what is slow: seconds before each byte. */
  pause?: number;
  /** For the kind `headers`: `Name: value` on a line each. */
  headers?: string;
}

/** S3, CloudFront and what else Memory Service asks, in memory. */
export class Cloud {
  constructor(options?: CloudOptions);

  /** Its clock, which services go by while it is started. */
  readonly clock: Clock;
  /** What it was asked, oldest first. */
  requests: Asked[];
  /** The objects by their keys, such as `public/shop/a.json`. */
  readonly objects: Map<string, StoredObject>;
  /** The parameters of SSM by their names, to be filled by a test. */
  readonly parameters: Map<string, string>;
  /** The secrets of Secrets Manager by their ARNs, to be filled by a test. */
  readonly secrets: Map<string, string>;
  /** In their order. */
  readonly invalidations: { distributionId: string; paths: string[] }[];

  /** A configuration of a public service. */
  conf<Changes extends object = {}>(changes?: Changes): { DISTRIBUTION: string; BUCKET_NAME: string; REGION: string } & Changes;
  /** Take the place of the network for every MemoryService of this module: those made before forget what they know. */
  start(): this;
  /** Give the network its place back. */
  stop(): void;
  /** Verify signatures from now on; without any key, each one is believed. */
  trust(publicKeyId: string, publicKey: import('node:crypto').KeyLike): void;
  /** Store an object, as somebody without an SDK does. */
  put(key: string, body: Uint8Array | string, headers?: Record<string, string>): StoredObject;
  /** Let services reach another point of presence from now on. */
  roam(pop: number): void;
  /** Let something go wrong from now on. */
  fail(
    where: 'edge' | 's3' | 'origin',
    kind: 'refuse' | 'reset' | 'hang' | 'status' | 'keys' | 'no-http' | 'lost' | 'slow' | 'slow-head' | 'cut' | 'garbled' | 'headers' | 'early',
    options?: FaultOptions,
  ): void;
  /** Let something happen when S3 is about to carry out a request, which waits for it. A synchronous get cannot wait for a promise. */
  meanwhile(act: () => void | Promise<void>, when: { method: string; key?: string; times?: number }): void;
  /** Let everything work again, and nothing happen any more. */
  heal(): void;
  /** What an edge says to a program without an SDK. */
  fetch(host: string, target: string): { status: number };
}

/** A cloud for one test of `node:test`: it is stopped when the test ends. */
export function cloudFor(context: { after: (end: () => void) => void }, options?: CloudOptions): Cloud;
