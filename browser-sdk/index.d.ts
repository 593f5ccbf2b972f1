import { MemoryService as Reading, type Options } from './read.js';

export * from './read.js';

/** A cache whose values live in S3 and are read through CloudFront, and put with a write grant. */
export declare class MemoryService extends Reading {
  /**
   * Store a value with a write grant, as it is at the time of the call. It is posted once.
   *
   * @returns the version: the ETag of the object in S3
   * @throws {ConfigurationError} without a grant, for one that is none or of another service, or if the bucket does not let a page see `ETag` and `Date`
   * @throws {InvalidNameError}
   * @throws {AccessDeniedError} if the grant does not open the name or has ended, or S3 refused it
   * @throws {UnsupportedTypeError} with the path of the offender, such as `$.orders[3].id`
   * @throws {ValueTooLargeError} beyond the grant's `max_bytes`, or `MAX_VALUE_BYTES`
   * @throws {UnavailableError} which leaves open whether it is stored, if `outcomeUnknown`
   */
  put(name: string, value: unknown, options: PutOptions): Promise<string>;

  /**
   * Store several values, several at a time. All names and values are checked before the first is stored.
   *
   * @param entries A Map, an array of `[name, value]` or a plain object. The last value of a name counts.
   * @returns the version of each by name
   * @throws {BatchError} with the error of each name that failed; the others are stored
   * @throws {MemoryServiceError} as {@link put} does, before anything is stored
   */
  putMany(entries: Entries, options: PutOptions): Promise<Map<string, string>>;
}
export default MemoryService;

/** A write grant (WGRANT-6): what `grantPut()` and `grant_put()` make. */
export interface WriteGrant {
  distribution: string;
  visibility: 'public' | 'private';
  service: string;
  prefix?: string;
  name?: string;
  url: string;
  /** Unix milliseconds. */
  expires_at: number;
  max_bytes: number;
  /** Seconds. */
  ttl?: number;
  tags?: Record<string, string>;
  forms: { plain: Record<string, string>; gzip: Record<string, string> };
}

export interface PutOptions extends Options {
  /** What lets it put that name. */
  grant: WriteGrant;
}

export type Entries = Map<string, unknown> | Iterable<readonly [string, unknown]> | Record<string, unknown>;
