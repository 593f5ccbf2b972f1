/**
 * A cache for code on AWS Lambda: values live in S3 and are read through CloudFront. The type you put is the type you get.
 *
 * A name is made of non-empty segments separated by `/`. See the README for errors and limits.
 */
declare class MemoryService {
  /**
   * @param params Each key may instead come from the environment, as `MEMORY_<key>`.
   * @param serviceName The namespace: 1 to 64 of `A-Z a-z 0-9 _ -`.
   * @throws {MemoryService.ConfigurationError} what is missing or wrong, and where
   * @throws {MemoryService.InvalidNameError} if the service name is wrong
   */
  constructor(params: MemoryService.Params, serviceName: string);

  /**
   * Store a value, as it is at the time of the call.
   *
   * @param options How long it lives, where, and on what condition; without, it lives until it is replaced or removed.
   * @returns the version: the ETag of the object in S3
   * @throws {MemoryService.ConflictError} if there is a value and the put is `ifAbsent`, or its version is not `ifVersion`
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.UnsupportedTypeError} with the path of the offender, such as `$.orders[3].id`
   * @throws {MemoryService.ValueTooLargeError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} for a wrong option, without credentials, or if the bucket is elsewhere
   * @throws {MemoryService.UnavailableError} which leaves open whether it is stored
   */
  put<T>(name: string, value: T & MemoryService.Fits<T>, options?: MemoryService.PutOptions): Promise<string>;

  /**
   * Store several values, several at a time. All names and values are checked before the first is stored.
   *
   * @param entries A Map, an array of `[name, value]` or a plain object. The last value of a name counts.
   * @param options For all of them; a condition is refused.
   * @returns the version of each by name
   * @throws {MemoryService.BatchError} with the error of each name that failed; the others are stored
   * @throws {MemoryService.MemoryServiceError} as {@link put} does, before anything is stored
   */
  putMany<E extends MemoryService.Entries>(
    entries: E & MemoryService.Fits<MemoryService.ValueIn<E>>,
    options?: MemoryService.PutManyOptions,
  ): Promise<Map<string, string>>;

  /**
   * Read a value from memory, else through the edge, or from S3 if the edge fails or is behind what this object knows.
   * Blocks until it is there: at most `DEADLINE`, on average as long as an HTTP request. Lists and dicts are the caller's own.
   *
   * @returns `undefined` if there is none; a stored `null` is `null`
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.CorruptValueError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} for a wrong option, or if the distribution is private and the service is not
   * @throws {MemoryService.UnavailableError} if neither the edge nor S3 answered in time; or S3 did not, and what the edge has
   *   ended since it was fetched, so that nobody says what is there now
   */
  get<T = any>(name: string, options?: MemoryService.GetOptions): T | undefined;

  /** Read a value as {@link get} does, without blocking. */
  getAsync<T = any>(name: string, options?: MemoryService.GetOptions): Promise<T | undefined>;

  /** Read a value as {@link get} does, with what is known about it. `undefined` if there is none. */
  getEntry<T = any>(name: string, options?: MemoryService.GetOptions): MemoryService.Entry<T> | undefined;

  /** Read a value as {@link getEntry} does, without blocking. */
  getEntryAsync<T = any>(name: string, options?: MemoryService.GetOptions): Promise<MemoryService.Entry<T> | undefined>;

  /**
   * Read several values, several at a time. All names are checked before the first is read.
   *
   * @param options For all of them. `DEADLINE` is that of each.
   * @returns the values found, a stored `null` among them, by name and in the order asked
   * @throws {MemoryService.BatchError} with the error of each name that failed, and the values of the others
   * @throws {MemoryService.InvalidNameError}
   */
  getMany<T = any>(names: Iterable<string>, options?: MemoryService.GetOptions): Promise<Map<string, T>>;

  /**
   * Remove a value; removing what is not there is no error. Others may read a copy until that is `EDGE_TTL` old, unless the
   * option `invalidate` says otherwise.
   *
   * @throws {MemoryService.MemoryServiceError} as {@link put} does
   */
  remove(name: string, options?: MemoryService.RemoveOptions): Promise<void>;

  /**
   * Remove several values, up to 1,000 with one request. All names are checked before the first is removed.
   *
   * @throws {MemoryService.BatchError} with the error of each name that failed; the others are removed
   * @throws {MemoryService.InvalidNameError}
   */
  removeMany(names: Iterable<string>, options?: MemoryService.RemoveOptions): Promise<void>;

  /**
   * List the names under a prefix, in the order of their keys, a page of up to 1,000 at a time, the next when it is
   * wanted. A name whose value has expired may still be listed.
   *
   * @param prefix Empty (the default), or whole segments with a slash at the end, such as `tenant/1/`.
   * @throws {MemoryService.InvalidNameError} for another prefix, at once
   * @throws {MemoryService.MemoryServiceError} as {@link put} does, from the iterator
   */
  keys(prefix?: string): AsyncGenerator<string, void, undefined>;

  /**
   * Remove all values under a prefix.
   *
   * @param prefix As for {@link keys}.
   * @returns how many there were
   * @throws {MemoryService.BatchError} if some could not be removed; those that come after them stay as well
   * @throws {MemoryService.MemoryServiceError} as {@link keys} does
   */
  clear(prefix: string, options?: MemoryService.RemoveOptions): Promise<number>;

  /**
   * Replace a value by what a function makes of it. If somebody else was faster, the function is called again with the newer
   * value, so that no change is lost. Without a ttl, the new value ends when the old one would have.
   *
   * @param fn Is given the value, its own to change; the `default`, or `undefined`, if there is none. Returns the new value, or
   *   changes the one it was given and returns nothing. May be asynchronous.
   * @returns the new value
   * @throws {MemoryService.ConflictError} after the last attempt; others were faster each time
   * @throws {MemoryService.UnsupportedTypeError} if `fn` returns nothing of what cannot be changed in place, or has changed what it was given and
   *   returns something else, such as the length that `push` returns; or if the new value cannot be stored
   * @throws {MemoryService.ConfigurationError} for a wrong option, or if the change of this name changes it itself
   * @throws {MemoryService.MemoryServiceError} as {@link get} and {@link put} do, and what `fn` throws
   */
  update<T, D = null>(
    name: string,
    fn: ((value: any) => T | Promise<T>) & MemoryService.Fits<Exclude<T, void | undefined>>,
    options?: MemoryService.UpdateOptions<D> & MemoryService.Fits<D>,
  ): Promise<[T] extends [void] ? any : T>;

  /**
   * Add to an int. What is absent counts as 0.
   *
   * @param by A safe integer or a bigint. Default: 1.
   * @returns the new value: a number if it is safe, else a bigint
   * @throws {MemoryService.UnsupportedTypeError} if the value or `by` is no int; nothing is stored
   * @throws {MemoryService.ConflictError} as {@link update} does
   */
  increment(name: string, by?: number | bigint, options?: MemoryService.IncrementOptions): Promise<number | bigint>;

  /**
   * Change how long a value lives, and nothing else of it: type, value, edge TTL and storage class stay. No change that others
   * make at the same time is lost.
   *
   * @param ttlSeconds How long it lives from now on, at least 1; `null` until it is replaced or removed.
   * @param options Without `invalidate` others may see the end it had before until their copy's edge TTL is over.
   * @returns the new version; `undefined` if there is no value
   * @throws {MemoryService.MemoryServiceError} as {@link update} does
   */
  touch(name: string, ttlSeconds: number | null, options?: MemoryService.RemoveOptions): Promise<string | undefined>;

  /**
   * Read a value; if there is none, compute and store it. One factory runs for a name at a time, and whoever asks meanwhile
   * is given its outcome. Before it runs S3 itself is asked, so that nothing is computed that somebody else has just put. A
   * value with a ttl is now and then computed anew shortly before it ends.
   *
   * @param factory Called without arguments; may be asynchronous. It must not ask for the same name.
   * @returns the value, the caller's own
   * @throws what the factory throws; nothing is stored then
   * @throws {MemoryService.ConfigurationError} if the call is part of a factory that its own would wait for: one that asks for
   *   its own name, or several for each other's
   * @throws {MemoryService.MemoryServiceError} as {@link get} and {@link put} do, but for UnavailableError: a value that can
   *   neither be read nor stored is computed all the same. It is thrown only if factories have run for very long
   */
  getOrPut<T>(
    name: string,
    factory: (() => T | Promise<T>) & MemoryService.Fits<T>,
    options?: MemoryService.StorageOptions,
  ): Promise<T>;

  /**
   * A function that keeps the results of another, as {@link getOrPut} does.
   *
   * A result is kept under `cached/<name>/<hash of the arguments>`; other SDKs give the same call the same name. Arguments must be
   * values that can be stored. `this` is passed on, and is no part of the hash.
   *
   * @throws {MemoryService.ConfigurationError} if no name is given, another function of this object has it, or it is a generator
   * @throws {MemoryService.InvalidNameError} if it cannot be part of a name
   */
  cached<Args extends unknown[], T>(
    fn: ((...args: Args) => T | Promise<T>) & MemoryService.Fits<T> & MemoryService.Fits<Required<Args>>,
    options: MemoryService.CachedOptions<Args>,
  ): MemoryService.CachedFunction<Args, T>;

  /** @deprecated It throws a ConfigurationError: a name must be given, as bundlers change the function's own. */
  cached<Args extends unknown[], T>(
    fn: ((...args: Args) => T | Promise<T>) & MemoryService.Fits<T> & MemoryService.Fits<Required<Args>>,
  ): MemoryService.CachedFunction<Args, T>;

  /**
   * Make every value a miss that has one of some tags, whoever put it, by one put a tag and however many values there are. This
   * object sees that at once, and so does whoever reads with `consistent` or changes a value; others when `EDGE_TTL` and a second
   * are over, whatever the edge TTL of the values. Values stay in the bucket, and listed.
   *
   * @param options With `invalidate`, CloudFront is also asked to drop the tags' records: one path each.
   * @throws {MemoryService.ConfigurationError} if they are no array of strings, or for a wrong option
   * @throws {MemoryService.InvalidNameError} if a tag is no name
   * @throws {MemoryService.BatchError} with the error of each tag that failed; the others are invalidated
   */
  invalidateTags(tags: readonly string[], options?: MemoryService.RemoveOptions): Promise<void>;

  /**
   * Open what lies under a prefix, or exactly one name, to whoever holds the grant, until its end. It cannot be revoked.
   *
   * @param prefixOrName A prefix is empty or ends with a slash, such as `tenant/1/`.
   * @param ttlSeconds A whole number from 1 to `MAX_GRANT`.
   * @throws {MemoryService.ConfigurationError} for another ttl, and of a public service
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.AccessDeniedError} if the key may not be read
   * @throws {MemoryService.UnavailableError} if the key cannot be read
   */
  grant(prefixOrName: string, ttlSeconds: number): Promise<MemoryService.Grant>;

  /**
   * Let a program without credentials, such as a page, store values under a prefix or one name. S3 itself judges what is posted:
   * key, size, headers and end. It looks into no document: whoever holds a grant can store what is no value, or one that never
   * ends; of values with `valueTtlSeconds`, S3 deletes it after some days.
   *
   * @param prefixOrName A prefix ends with a slash and is not empty.
   * @param ttlSeconds A whole number from 1 to `MAX_GRANT`, with `CHANGES` at most 900. A grant cannot be revoked, and ends with
   *   the credentials that sign it. Where these do not say when they end (a Lambda function's own do not), it may end sooner than
   *   it says.
   * @param maxBytes What the document of a value may take, and S3 takes of it, from 1 to `MAX_VALUE_BYTES`.
   * @param options What is invalidated of its `tags` from now on makes a miss of all that this grant stores.
   * @throws {MemoryService.ConfigurationError} for anything else, or without bucket, region or credentials
   * @throws {MemoryService.InvalidNameError} also for a name that is reserved
   * @throws {MemoryService.AccessDeniedError} if it may not be announced, or a tag not be read
   * @throws {MemoryService.UnavailableError} if that did not end in time, or nobody gave credentials
   */
  grantPut(prefixOrName: string, ttlSeconds: number, maxBytes: number, options?: MemoryService.GrantPutOptions): Promise<MemoryService.WriteGrant>;

  /** What this object has counted since it was made, and what it keeps in memory. */
  stats(): MemoryService.Stats;

  /** The version of this SDK. */
  getVersion(): string;

  /** Let go of connections and thread. The process can end without it. */
  close(): void;
}

declare namespace MemoryService {
  /**
   * What can be stored. Plain data only: an `undefined`, a Date or an instance of a class is refused by `put`, never
   * converted. A `bigint` must be beyond the safe range of numbers. Bytes come back as a Uint8Array with memory of its own.
   */
  type Value = PlainValue | readonly Value[] | { readonly [key: string]: Value };

  /** Values that hold no others. */
  type PlainValue = null | boolean | number | bigint | string | Uint8Array;

  /**
   * What there is of a type that can be stored: the type itself if all of it is. Interfaces, tuples, what is `readonly` and optional
   * members are; functions, symbols, `undefined` and what has methods are not.
   */
  type Storable<T> = T extends PlainValue
    ? T
    : T extends undefined | symbol | ((...args: any[]) => unknown) | (abstract new (...args: any[]) => unknown) | ArrayBufferView | ArrayBuffer
      ? never
      : T extends readonly unknown[]
        ? { [K in keyof T]: Storable<T[K]> }
        : {
            [K in keyof T]: K extends symbol
              ? never
              : {} extends Pick<T, K>
                ? Storable<Exclude<T[K], undefined>> | undefined
                : Storable<T[K]>;
          };

  /** Lets a type pass that can be stored, and no other. */
  type Fits<T> = [T] extends [Value] ? unknown : [T] extends [Storable<T>] ? unknown : NotStorable;

  /** What no value is. */
  interface NotStorable {
    readonly 'this cannot be stored': never;
  }

  /** Values by name. */
  type Entries<T = unknown> = ReadonlyMap<string, T> | ReadonlyArray<readonly [string, T]> | { readonly [name: string]: T };

  /** The values of such. */
  type ValueIn<E> = E extends readonly never[]
    ? null
    : E extends ReadonlyMap<string, infer T>
      ? T
      : E extends ReadonlyArray<readonly [string, infer T]>
        ? T
        : E[keyof E];

  /** S3's storage classes that answer at once. */
  type StorageClass = 'STANDARD' | 'STANDARD_IA' | 'ONEZONE_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR';

  /** How long a value lives, and where. */
  interface StorageOptions {
    /** How long the value lives: at least 1, fractions allowed. Default: until it is replaced or removed. */
    ttlSeconds?: number | undefined;
    /** Whole seconds an edge may serve a copy without asking S3, 1 to 86,400; never more than the ttl. Default: `EDGE_TTL`. */
    edgeTtlSeconds?: number | undefined;
    /** S3's storage class. Default: `STORAGE_CLASS`. */
    storageClass?: StorageClass | undefined;
    /**
     * At most 16 tags by which the value can be invalidated, strings by the rules of names: {@link MemoryService.invalidateTags}
     * then makes it a miss. What is invalidated while a factory or the function of an update runs makes what it returns a miss.
     * Default: none; for an update or increment those of the value that it replaces.
     */
    tags?: readonly string[] | undefined;
  }

  /** What else a remove does. */
  interface RemoveOptions {
    /** Also ask CloudFront to drop what its edges have, which costs. Needs `DISTRIBUTION_ID`. Default: false. */
    invalidate?: boolean | undefined;
  }

  /** How values are stored, and what else a put of many does. */
  interface PutManyOptions extends StorageOptions, RemoveOptions {}

  /** How a value is stored, and on what condition. */
  interface PutOptions extends PutManyOptions {
    /** Only if there is no value, else it is a ConflictError. A value that has expired is none. Default: false. */
    ifAbsent?: boolean | undefined;
    /** Only if the version of what is stored is this one, else it is a ConflictError. */
    ifVersion?: string | undefined;
  }

  /** How the new value is stored, and how often that is tried. */
  interface IncrementOptions extends PutManyOptions {
    /**
     * How long the value lives if it is new or has no end, in place of `ttlSeconds`; any other keeps its end. A window of 60 ends a
     * minute after the first increment.
     */
    ttlIfNewSeconds?: number | undefined;
    /** How often to try if others are faster. Default: 100. */
    attempts?: number | undefined;
  }

  /** How the new value is stored, and what it is made of if there is none. */
  interface UpdateOptions<T = unknown> extends IncrementOptions {
    /** What the function is given if there is no value. Default: `undefined`. */
    default?: T | undefined;
  }

  /** How results are stored. */
  interface CachedOptions<Args extends unknown[] = any[]> extends Omit<StorageOptions, 'tags'> {
    /** The name of the function, which no other of the service may have, in whatever program. Its own is none: bundlers rename. */
    name: string;
    /** As for a put; or a function that gives them for the same arguments. */
    tags?: readonly string[] | ((...args: Args) => readonly string[]) | undefined;
  }

  /** A function whose results are kept: gives the one that is, else what the function gives. */
  interface CachedFunction<Args extends unknown[], T> {
    (...args: Args): Promise<T>;
    /** The name that the result for these arguments has. */
    cacheName(...args: Args): string;
  }

  /** What opens a part of a private service. Printing it does not show the query; `JSON.stringify` does, to send it on. */
  interface Grant {
    /** Host of the distribution. */
    readonly distribution: string;
    /** The service name. */
    readonly service: string;
    /** What it opens, unless it opens one name. */
    readonly prefix: string | undefined;
    /** What it opens, unless it opens a prefix. */
    readonly name: string | undefined;
    /** When it ends. */
    readonly expiresAt: Date;
    /** What follows the `?` of a URL that it opens. */
    readonly query: string;
    /** The URL that reads a name. What the grant does not open answers 403. */
    url(name: string): string;
    /** What to send to the program that reads. */
    toJSON(): { distribution: string; service: string; prefix?: string; name?: string; query: string; expires_at: number };
  }

  /** What is the same for all values that are stored with a write grant. */
  interface GrantPutOptions {
    /** How long the values live, as `ttlSeconds` of a put. */
    valueTtlSeconds?: number | undefined;
    /** As for a put. */
    edgeTtlSeconds?: number | undefined;
    /** As for a put. */
    storageClass?: StorageClass | undefined;
    /** As for a put. */
    tags?: readonly string[] | undefined;
  }

  /** What lets its holder store a part of a service. Printing it does not show the forms; `JSON.stringify` does, to send it on. */
  interface WriteGrant {
    /** Host of the distribution, by which the values are read. */
    readonly distribution: string;
    readonly visibility: 'public' | 'private';
    /** Where the values of the service are: its name, with a change record `<name>.changes`. */
    readonly service: string;
    /** What it opens, unless it opens one name. */
    readonly prefix: string | undefined;
    /** What it opens, unless it opens a prefix. */
    readonly name: string | undefined;
    /** Where its forms are posted. */
    readonly url: string;
    /** When it ends: sooner than asked for if the credentials that signed it end before. */
    readonly expiresAt: Date;
    /** What the document of a value may take, in bytes before gzip. */
    readonly maxBytes: number;
    /** How many seconds each value is to live; `undefined` until it is replaced or removed. */
    readonly ttlSeconds: number | undefined;
    /** The tags that each value has, with their generations. */
    readonly tags: ReadonlyMap<string, string>;
    /** The fields of an upload form, for a document as it is and for one that is gzipped. */
    readonly forms: { readonly plain: Readonly<Record<string, string>>; readonly gzip: Readonly<Record<string, string>> };
    /** What to send to the program that writes. */
    toJSON(): Record<string, unknown>;
  }

  /** Counted since the object was made, and what it keeps. */
  interface Stats {
    /** Gets that a copy in memory answered. */
    memoryHits: number;
    /** Answers of the edge that were accepted. */
    edgeReads: number;
    /** Answers of S3. */
    s3Reads: number;
    /** Gets that were given a stale copy, as neither the edge nor S3 could be read. */
    staleReads: number;
    /** Gets that joined the request of another. */
    sharedReads: number;
    /** Answers of the edge that were accepted because they have the version that this object knows. */
    acceptedByVersion: number;
    /** Answers of the edge that were accepted because they are newer than what this object knows. */
    acceptedByTime: number;
    /** Gets that read S3 because what the edge has may be older than what this object knows, or was stale. */
    sentToS3: number;
    /** With `CHANGES`, gets that a copy in memory answered because the change record says that nothing has changed. */
    confirmed: number;
    /** Answers to a request for the change record, by which gets are confirmed. */
    recordsRead: number;
    /** Puts of the change record, each of which announces what is about to be written. */
    announcements: number;
    /** Those that lost to another's and were made again. */
    conflicts: number;
    /** Answers of edge and S3 that were read for the record of a tag. */
    tagReads: number;
    /** Values in memory, with the records of tags. */
    items: number;
    /** What they take, roughly. */
    bytes: number;
    /** Values that had to go for others. */
    evictions: number;
  }

  /** How a value is read. */
  interface GetOptions {
    /** Read S3 itself and not the edge: the newest value, at the price and latency of S3. Default: false. */
    consistent?: boolean | undefined;
  }

  /** A value with what is known about it. */
  interface Entry<T = any> {
    /** The caller's own. */
    value: T;
    /** As the specification names it. */
    type: 'null' | 'bool' | 'int' | 'float' | 'str' | 'bytes' | 'list' | 'dict';
    /** What `put` returned: the ETag of the object in S3. */
    version: string;
    /** Where it was read. */
    source: 'memory' | 'edge' | 's3' | 'stale';
    /** Whole seconds since it was fetched from S3, by an edge or by this object. */
    age: number;
    /** When it was put, to the second; `undefined` if the answer did not say. */
    storedAt: Date | undefined;
    /** When it ends; `undefined` without a ttl. */
    expiresAt: Date | undefined;
    /** What it can be invalidated by, in order. */
    tags: string[];
  }

  /** Each may instead come from the environment, as `MEMORY_<key>`. */
  interface Params {
    /** Host name of the CloudFront distribution. */
    DISTRIBUTION?: string | undefined;
    /** Name of the S3 bucket. */
    BUCKET_NAME?: string | undefined;
    /** Region of the bucket. Default: `AWS_REGION`. */
    REGION?: string | undefined;
    /** Private services: a PEM file, or the ARN of an SSM parameter or Secrets Manager secret. Even `undefined` makes it private. */
    PK_PATH?: string | undefined;
    /** Private services: id of the public key in CloudFront. Even `undefined` makes it private. */
    PUBLIC_KEY_ID?: string | undefined;
    /** Refuse to start unless the service is this. */
    VISIBILITY?: 'public' | 'private' | undefined;
    /** Seconds an edge may serve a copy without asking S3, 1 to 86,400. Default: 5. */
    EDGE_TTL?: number | string | undefined;
    /** S3's storage class of what is put. Default: `STANDARD`. */
    STORAGE_CLASS?: StorageClass | undefined;
    /** Bytes of JSON a value may take, 1 to 256 MiB. In memory it may take 33 times as much. Default: 2 MiB. */
    MAX_VALUE_BYTES?: number | string | undefined;
    /** URL to connect to instead of the distribution; https, or http on this machine. */
    EDGE_ENDPOINT?: string | undefined;
    /** Seconds a signature for private reads is valid, 10 to 86,400. Default: 900. */
    SIGNATURE_LIFETIME?: number | string | undefined;
    /** Hash of the signatures for private reads. Default: `SHA256`. */
    HASH_ALGORITHM?: 'SHA256' | 'SHA1' | undefined;
    /** Whole seconds a get may take, 1 to 60. Default: 5. */
    DEADLINE?: number | string | undefined;
    /** Whether to read S3 when the edge cannot be read. Default: true. */
    FAILOVER?: boolean | string | undefined;
    /** Seconds that a copy may be served beyond its freshness while S3 cannot be read, 0 to 86,400. Default: 300. */
    STALE_IF_ERROR?: number | string | undefined;
    /** How many values an object keeps in memory, 0 to 10,000,000; 0 for none. Default: 10,000. */
    LOCAL_MAX_ITEMS?: number | string | undefined;
    /** How many bytes of them, 0 to 2,147,483,647; 0 for none. Default: 16 MiB. */
    LOCAL_MAX_BYTES?: number | string | undefined;
    /** Keep a change record, by which copies in memory stay for as long as nothing changes; all who use the service say the same. Default: false. */
    CHANGES?: boolean | string | undefined;
    /** Id of the distribution, for the option `invalidate`. */
    DISTRIBUTION_ID?: string | undefined;
    /** ARN of a role to assume before asking S3 or CloudFront's API. */
    ROLE_ARN?: string | undefined;
    /** Seconds that a grant may last at most, 1 to 86,400. Default: 3,600. */
    MAX_GRANT?: number | string | undefined;
    /** Default: `warn`, which shows each failover. With `debug`, one line for each read. */
    LOG_LEVEL?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined;
  }

  /** Base of all errors. */
  class MemoryServiceError extends Error {
    /** The same in every language, for example `unavailable`. */
    readonly code: string;
    /** For tests: this SDK makes its own. */
    constructor(message: string, options?: { cause?: unknown });
  }
  /** The parameters, the environment or the deployment are wrong. Code `configuration`. */
  class ConfigurationError extends MemoryServiceError {}
  /** The name cannot become an object key. Code `invalid_name`. */
  class InvalidNameError extends MemoryServiceError {}
  /** The value could not come back with the type it has. Code `unsupported_type`. */
  class UnsupportedTypeError extends MemoryServiceError {
    /** Where the offender is, such as `$.orders[3].id`. */
    readonly path: string;
    /** For tests: this SDK makes its own. */
    constructor(message: string, options?: { cause?: unknown; path?: string });
  }
  /** The value is beyond MAX_VALUE_BYTES. Code `value_too_large`. */
  class ValueTooLargeError extends MemoryServiceError {}
  /** What is stored is no document of this service. Code `corrupt_value`. */
  class CorruptValueError extends MemoryServiceError {}
  /** S3, CloudFront or a secret refused the caller. Code `access_denied`. */
  class AccessDeniedError extends MemoryServiceError {}
  /** No answer: network trouble, a timeout, a server error. The cause has more. Code `unavailable`. */
  class UnavailableError extends MemoryServiceError {
    /** Whether a put or remove may have had its effect all the same. */
    readonly outcomeUnknown: boolean;
  }
  /** What is stored is not what the put was made for, or others were faster each time. Code `conflict`. */
  class ConflictError extends MemoryServiceError {}
  /** Some names of a batch failed. Code `batch`. */
  class BatchError extends MemoryServiceError {
    /** The error of each name that failed. */
    readonly errors: Map<string, MemoryServiceError>;
    /** What the call would have returned for each name that did not. */
    readonly results: Map<string, any>;
    /** For tests: this SDK makes its own. */
    constructor(
      message: string,
      options?: { cause?: unknown; errors?: Map<string, MemoryServiceError>; results?: Map<string, any> },
    );
  }
}

export = MemoryService;
