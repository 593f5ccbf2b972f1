'use strict';

/**
 * Every error this SDK raises on purpose. `code` is the same in all languages, the message is for people.
 *
 *     MemoryServiceError
 *     ├── ConfigurationError     the parameters, the environment or the deployment are wrong
 *     ├── InvalidNameError       a name that cannot become an object key
 *     ├── UnsupportedTypeError   a value that could not come back with the type it has
 *     ├── ValueTooLargeError     a value beyond MAX_VALUE_BYTES
 *     ├── CorruptValueError      what is stored is no document of this service
 *     ├── AccessDeniedError      S3, CloudFront or a secret refused the caller
 *     ├── UnavailableError       no answer: network trouble, a timeout, a server error
 *     ├── ConflictError          what is stored is not what the put was made for
 *     └── BatchError             some names of a batch failed
 *
 * The names stand on the prototypes as text, because a minifier renames classes.
 */
class MemoryServiceError extends Error {
  static code = 'memory_service';
  static {
    this.prototype.name = 'MemoryServiceError';
  }

  /**
   * @param {string} message What happened, where, and what to do.
   * @param {{cause?: unknown}} [options]
   */
  constructor(message, options) {
    super(message, options);
    /** @type {string} */
    this.code = new.target.code;
  }
}

class ConfigurationError extends MemoryServiceError {
  static code = 'configuration';
  static {
    this.prototype.name = 'ConfigurationError';
  }
}

class InvalidNameError extends MemoryServiceError {
  static code = 'invalid_name';
  static {
    this.prototype.name = 'InvalidNameError';
  }
}

class UnsupportedTypeError extends MemoryServiceError {
  static code = 'unsupported_type';
  static {
    this.prototype.name = 'UnsupportedTypeError';
  }

  /**
   * @param {string} message
   * @param {{cause?: unknown, path?: string}} [options] Where the offender is, such as `$.orders[3].id` (VAL-3).
   */
  constructor(message, options) {
    super(message, options);
    /** @type {string} */
    this.path = options?.path ?? '$';
  }
}

class ValueTooLargeError extends MemoryServiceError {
  static code = 'value_too_large';
  static {
    this.prototype.name = 'ValueTooLargeError';
  }
}

class CorruptValueError extends MemoryServiceError {
  static code = 'corrupt_value';
  static {
    this.prototype.name = 'CorruptValueError';
  }
}

class AccessDeniedError extends MemoryServiceError {
  static code = 'access_denied';
  static {
    this.prototype.name = 'AccessDeniedError';
  }
}

class UnavailableError extends MemoryServiceError {
  static code = 'unavailable';
  static {
    this.prototype.name = 'UnavailableError';
  }

  /**
   * @param {string} message
   * @param {{cause?: unknown, outcomeUnknown?: boolean}} [options] Whether a put or remove may have had its effect all the same (ERR-2).
   */
  constructor(message, options) {
    super(message, options);
    /** @type {boolean} */
    this.outcomeUnknown = options?.outcomeUnknown ?? false;
  }

  /**
   * @param {string} what What was asked, and whom.
   * @param {{code: string, message: string}} failure
   * @param {boolean} [outcomeUnknown]
   */
  static because(what, { code, message }, outcomeUnknown = false) {
    const cause = Object.assign(new Error(message), { code });
    const advice = outcomeUnknown ? 'It may have had its effect all the same: read it before you try again.' : 'Trying again may help.';
    return new this(`${what} failed: ${message} (${code}). ${advice}`, { cause, outcomeUnknown });
  }
}

class ConflictError extends MemoryServiceError {
  static code = 'conflict';
  static {
    this.prototype.name = 'ConflictError';
  }
}

/** Some names of a batch failed; nothing of what succeeded is lost (MANY-1). */
class BatchError extends MemoryServiceError {
  static code = 'batch';
  static {
    this.prototype.name = 'BatchError';
  }

  /**
   * @param {string} message
   * @param {{cause?: unknown, errors?: Map<string, MemoryServiceError>, results?: Map<string, unknown>}} [options]
   */
  constructor(message, options) {
    super(message, options);
    /** The error of each name that failed. */
    this.errors = options?.errors ?? new Map();
    /** What the call would have returned for each name that did not. @type {Map<string, any>} */
    this.results = options?.results ?? new Map();
  }
}

/** Errors that have the frames of who has called this SDK. @type {WeakSet<Error>} */
const blamed = new WeakSet();

/**
 * Put the caller's frames in place of this SDK's own: they say which call it was. The cause keeps what happened inside.
 *
 * @template T
 * @param {T} error
 * @param {{stack?: string}} caller whose frames were captured
 * @returns {T} the same
 */
function blame(error, caller) {
  if (!(error instanceof MemoryServiceError) || blamed.has(error)) return error;
  blamed.add(error);
  const { stack } = caller;
  const at = typeof stack === 'string' ? stack.indexOf('\n    at ') : -1;
  if (at >= 0) error.stack = `${error.name}: ${error.message}${String(stack).slice(at)}`;
  if (error instanceof BatchError) for (const one of error.errors.values()) blame(one, caller);
  return error;
}

/**
 * @param {unknown} error
 * @returns {unknown} another of the same kind, for a second caller who is given the same outcome
 */
function copyOf(error) {
  if (!(error instanceof MemoryServiceError)) return error;
  const Kind = /** @type {typeof MemoryServiceError} */ (error.constructor);
  return Object.assign(new Kind(error.message, { cause: error.cause }), { ...error });
}

module.exports = {
  blame,
  copyOf,
  MemoryServiceError,
  ConfigurationError,
  InvalidNameError,
  UnsupportedTypeError,
  ValueTooLargeError,
  CorruptValueError,
  AccessDeniedError,
  UnavailableError,
  ConflictError,
  BatchError,
};
