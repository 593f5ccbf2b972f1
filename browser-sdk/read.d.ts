/** A cache whose values live in S3 and are read through CloudFront: the type that was put is the type you get. */
export declare class MemoryService {
  /**
   * @param params Of a public service, or a grant for a private one.
   * @param serviceName The namespace: 1 to 64 of `A-Z a-z 0-9 _ -`. A grant says it by itself.
   * @throws {ConfigurationError} what is missing or wrong, and where
   * @throws {InvalidNameError} if the service name is wrong
   */
  constructor(params: Params, serviceName: string);
  constructor(params: GrantParams, serviceName?: string);

  /**
   * Read a value from memory, else through the edge: within `DEADLINE`. Lists and dicts are the caller's own.
   *
   * @returns `undefined` if there is none; a stored `null` is `null`
   * @throws {InvalidNameError}
   * @throws {AccessDeniedError} if the grant does not open the name or has ended, or the distribution refused it
   * @throws {ConfigurationError} for a wrong option, if the distribution is private and no grant was given, or if it does not expose the headers
   * @throws {CorruptValueError}
   * @throws {UnavailableError} if the edge does not answer, or has only what is older than what this object knows, and memory has no copy of use
   */
  get<T = any>(name: string, options?: Options): Promise<T | undefined>;

  /** Read a value as {@link get} does, with what is known about it. `undefined` if there is none. */
  getEntry<T = any>(name: string, options?: Options): Promise<Entry<T> | undefined>;

  /**
   * Read several values, several at a time. All names are checked before the first is read.
   *
   * @returns the values found, a stored `null` among them, by name and in the order asked
   * @throws {BatchError} with the error of each name that failed, and the values of the others
   * @throws {InvalidNameError}
   */
  getMany<T = any>(names: Iterable<string>, options?: Options): Promise<Map<string, T>>;

  /**
   * Call a listener with the entry of a name: as soon as it is known, and whenever its version is another. It is asked for when the copy
   * at hand is no longer fresh, once for all listeners, and never while the page is hidden.
   *
   * @param listener Is given the frozen entry, or `undefined` for none; if a get failed, also its error, with the last entry.
   * @param options Its signal ends it.
   * @returns what ends it
   * @throws {InvalidNameError}
   */
  watch<T = any>(name: string, listener: Listener<T>, options?: Options): () => void;

  /** What this object has counted since it was made. */
  stats(): Stats;
}

export default MemoryService;

export interface Params {
  /** Host of the CloudFront distribution, such as `d111111abcdef8.cloudfront.net`. */
  DISTRIBUTION: string;
  /** Where to connect instead, such as `http://127.0.0.1:8080`. */
  EDGE_ENDPOINT?: string | undefined;
  /** Whether the service has a change record. Default: `false`. */
  CHANGES?: boolean | string | undefined;
  /** With `CHANGES` it lets copies in memory be confirmed by the record. */
  BUCKET_NAME?: string | undefined;
  /** Seconds that a call may take, 1 to 60. Default: 5. */
  DEADLINE?: number | string | undefined;
  /** Bytes of JSON, 1 to 256 MiB. Default: 2 MiB. */
  MAX_VALUE_BYTES?: number | string | undefined;
  /** Seconds that a copy may be returned beyond its freshness when the edge does not answer, 0 to 86400. Default: 300. */
  STALE_IF_ERROR?: number | string | undefined;
  /** Copies in memory, 0 to 10,000,000. Default: 10,000. */
  LOCAL_MAX_ITEMS?: number | string | undefined;
  /** Bytes of them. Default: 16 MiB. */
  LOCAL_MAX_BYTES?: number | string | undefined;
  /** `debug`, `info`, `warn` (the default), `error` or `silent`. */
  LOG_LEVEL?: string | undefined;
}

export interface GrantParams extends Omit<Params, 'DISTRIBUTION' | 'CHANGES'> {
  /** What `grant()` of the Python and Node SDKs makes, as JSON: it says distribution, service and scope. */
  grant: Grant;
}

/** A grant of reading (GRANT-3). */
export interface Grant {
  distribution: string;
  service: string;
  prefix?: string;
  name?: string;
  query: string;
  /** Unix milliseconds. */
  expires_at: number;
}

export interface Options {
  /** Ends the wait of this call, with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** `error` is there if the last get failed; `entry` is then the last that was told. */
export type Listener<T> = (entry: Readonly<Entry<T>> | undefined, error?: MemoryServiceError) => void;

export type TypeName = 'null' | 'bool' | 'int' | 'float' | 'str' | 'bytes' | 'list' | 'dict';

export interface Entry<T = any> {
  value: T;
  type: TypeName;
  version: string;
  /** `stale` if it may be older than the bound allows: the edge failed, or is behind. */
  source: 'memory' | 'edge' | 'stale';
  /** Whole seconds since it was fetched from S3. */
  age: number;
  storedAt: Date | undefined;
  expiresAt: Date | undefined;
  tags: string[];
}

export interface Stats {
  memoryHits: number;
  edgeReads: number;
  staleReads: number;
  sharedReads: number;
  acceptedByVersion: number;
  acceptedByTime: number;
  /** Always 0, as all that is about S3: the same names as on a server. */
  s3Reads: number;
  sentToS3: number;
  confirmed: number;
  recordsRead: number;
  announcements: number;
  conflicts: number;
  tagReads: number;
  items: number;
  bytes: number;
  evictions: number;
}

/** Every error this package throws on purpose. */
export declare class MemoryServiceError extends Error {
  /** The same in all languages. */
  readonly code: string;
}
/** The parameters, a grant or the deployment are wrong. */
export declare class ConfigurationError extends MemoryServiceError {}
/** A name that cannot become an object key. */
export declare class InvalidNameError extends MemoryServiceError {}
/** A value that could not come back with the type it has. */
export declare class UnsupportedTypeError extends MemoryServiceError {
  /** Where the offender is, such as `$.orders[3].id`. */
  readonly path: string;
}
/** A value beyond `MAX_VALUE_BYTES`, or `max_bytes` of its grant. */
export declare class ValueTooLargeError extends MemoryServiceError {}
/** What is stored is no document of this service. */
export declare class CorruptValueError extends MemoryServiceError {}
/** The grant does not open it or is over, or S3 or CloudFront refused. */
export declare class AccessDeniedError extends MemoryServiceError {}
/** No answer: network trouble, a timeout, a server error. */
export declare class UnavailableError extends MemoryServiceError {
  /** Whether a put may have had its effect all the same. */
  readonly outcomeUnknown: boolean;
}
/** Some names of a batch failed; nothing of what succeeded is lost. */
export declare class BatchError extends MemoryServiceError {
  readonly errors: Map<string, MemoryServiceError>;
  readonly results: Map<string, any>;
}
