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
   * @param options How long it lives and where; without, until it is replaced or removed.
   * @returns the version: the ETag of the object in S3
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.UnsupportedTypeError} with the path of the offender, such as `$.orders[3].id`
   * @throws {MemoryService.ValueTooLargeError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} for a wrong option, without credentials, or if the bucket is elsewhere
   * @throws {MemoryService.UnavailableError}
   */
  put(name: string, value: MemoryService.Value, options?: MemoryService.PutOptions): Promise<string>;

  /**
   * Store several values, several at a time. All names and values are checked before the first is stored.
   *
   * @param entries A Map, an array of `[name, value]` or a plain object. The last value of a name counts.
   * @param options For all of them.
   * @returns the version of each by name
   * @throws {MemoryService.BatchError} with the error of each name that failed; the others are stored
   * @throws {MemoryService.MemoryServiceError} as {@link put} does, before anything is stored
   */
  putMany(entries: MemoryService.Entries, options?: MemoryService.PutOptions): Promise<Map<string, string>>;

  /**
   * Read a value through the edge, or from S3 if the edge fails. Blocks until it is there: at most `DEADLINE`, on average as
   * long as an HTTP request.
   *
   * @returns `undefined` if there is none; a stored `null` is `null`
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.CorruptValueError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} for a wrong option, or if the distribution is private and the service is not
   * @throws {MemoryService.UnavailableError} if neither the edge nor S3 answered in time
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
   * Remove a value; removing what is not there is no error. An edge may serve a copy until that is `EDGE_TTL` old.
   *
   * @throws {MemoryService.MemoryServiceError} as {@link put} does
   */
  remove(name: string): Promise<void>;

  /**
   * Remove several values, up to 1,000 with one request. All names are checked before the first is removed.
   *
   * @throws {MemoryService.BatchError} with the error of each name that failed; the others are removed
   * @throws {MemoryService.InvalidNameError}
   */
  removeMany(names: Iterable<string>): Promise<void>;

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
  clear(prefix: string): Promise<number>;

  /** The version of this SDK. */
  getVersion(): string;

  /** Let go of connections and thread. The process can end without it. */
  close(): void;
}

declare namespace MemoryService {
  /**
   * What can be stored. Plain data only: an `undefined`, a Date or an instance of a class is refused by `put`, never
   * converted. A `bigint` must be beyond the safe range of numbers. Bytes come back as a Buffer.
   */
  type Value =
    | null
    | boolean
    | number
    | bigint
    | string
    | Uint8Array
    | readonly Value[]
    | { readonly [key: string]: Value };

  /** Values by name. */
  type Entries = ReadonlyMap<string, Value> | ReadonlyArray<readonly [string, Value]> | { readonly [name: string]: Value };

  type StorageClass = 'STANDARD' | 'STANDARD_IA' | 'ONEZONE_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR';

  interface PutOptions {
    /** How long the value lives: at least 1, fractions allowed. Default: until it is replaced or removed. */
    ttlSeconds?: number | undefined;
    /** Whole seconds an edge may serve a copy without asking S3, 1 to 86,400; never more than the ttl. Default: `EDGE_TTL`. */
    edgeTtlSeconds?: number | undefined;
    /** S3's storage class. Default: `STORAGE_CLASS`. */
    storageClass?: StorageClass | undefined;
  }

  interface GetOptions {
    /** Read S3 itself and not the edge: the newest value, at the price and latency of S3. Default: false. */
    consistent?: boolean | undefined;
  }

  /** A value with what is known about it. */
  interface Entry<T = any> {
    value: T;
    /** As the specification names it. */
    type: 'null' | 'bool' | 'int' | 'float' | 'str' | 'bytes' | 'list' | 'dict';
    /** What `put` returned: the ETag of the object in S3. */
    version: string;
    /** Where it was read. */
    source: 'edge' | 's3';
    /** Whole seconds since the edge fetched its copy from S3; 0 from S3 itself. */
    age: number;
    /** When it was put, to the second; `undefined` if the answer did not say. */
    storedAt: Date | undefined;
    /** When it ends; `undefined` without a ttl. */
    expiresAt: Date | undefined;
  }

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
    /** Bytes of JSON a value may take. Default: 16 MiB. */
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
    /** Default: `warn`, which shows each failover. With `debug`, one line for each read. */
    LOG_LEVEL?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined;
  }

  /** Base of all errors. */
  class MemoryServiceError extends Error {
    /** The same in every language, for example `unavailable`. */
    readonly code: string;
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
    constructor(message: string, options?: { cause?: unknown; path?: string });
  }
  /** The value is beyond MAX_VALUE_BYTES. Code `value_too_large`. */
  class ValueTooLargeError extends MemoryServiceError {}
  /** What is stored is no document of this service. Code `corrupt_value`. */
  class CorruptValueError extends MemoryServiceError {}
  /** S3, CloudFront or a secret refused the caller. Code `access_denied`. */
  class AccessDeniedError extends MemoryServiceError {}
  /** No answer: network trouble, a timeout, a server error. The cause has more. Code `unavailable`. */
  class UnavailableError extends MemoryServiceError {}
  /** Some names of a batch failed. Code `batch`. */
  class BatchError extends MemoryServiceError {
    /** The error of each name that failed. */
    readonly errors: Map<string, MemoryServiceError>;
    /** What the call would have returned for each name that did not. */
    readonly results: Map<string, any>;
    constructor(
      message: string,
      options?: { cause?: unknown; errors?: Map<string, MemoryServiceError>; results?: Map<string, any> },
    );
  }
}

export = MemoryService;
