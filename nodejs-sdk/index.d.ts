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
   * @returns the version: the ETag of the object in S3
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.UnsupportedTypeError} with the path of the offender, such as `$.orders[3].id`
   * @throws {MemoryService.ValueTooLargeError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} without credentials, or if the bucket is elsewhere
   * @throws {MemoryService.UnavailableError}
   */
  put(name: string, value: MemoryService.Value): Promise<string>;

  /**
   * Read a value, blocking until it is there: at most 5 s, on average as long as an HTTP request.
   *
   * @returns `undefined` if there is none; a stored `null` is `null`
   * @throws {MemoryService.InvalidNameError}
   * @throws {MemoryService.CorruptValueError}
   * @throws {MemoryService.AccessDeniedError}
   * @throws {MemoryService.ConfigurationError} if the distribution is private and the service is not
   * @throws {MemoryService.UnavailableError}
   */
  get<T = any>(name: string): T | undefined;

  /** Read a value as {@link get} does, without blocking. */
  getAsync<T = any>(name: string): Promise<T | undefined>;

  /**
   * Remove a value; removing what is not there is no error. An edge may serve a copy until that is `EDGE_TTL` old.
   *
   * @throws {MemoryService.MemoryServiceError} as {@link put} does
   */
  remove(name: string): Promise<void>;

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
    /** Bytes of JSON a value may take. Default: 16 MiB. */
    MAX_VALUE_BYTES?: number | string | undefined;
    /** URL to connect to instead of the distribution; https, or http on this machine. */
    EDGE_ENDPOINT?: string | undefined;
    /** Seconds a signature for private reads is valid, 10 to 86,400. Default: 900. */
    SIGNATURE_LIFETIME?: number | string | undefined;
    /** Default: `warn`. With `debug`, one line for each read. */
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
}

export = MemoryService;
