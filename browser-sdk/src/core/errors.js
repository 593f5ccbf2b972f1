/** Every error of this SDK: those of the core, written so that they take less. */
export class MemoryServiceError extends Error {
  /**
   * @param {string} message
   * @param {any} [options] its cause, and what else it has
   */
  constructor(message, { cause, ...more } = {}) {
    super(message, { cause });
    Object.assign(this, { code: new.target.code }, more);
  }

  static code = 'memory_service';

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

/**
 * The names stand on the prototypes as text, because a minifier renames classes.
 *
 * @param {string} name
 * @param {string} code
 * @returns {typeof MemoryServiceError}
 */
function kind(name, code) {
  class Kind extends MemoryServiceError {
    static code = code;
  }
  Kind.prototype.name = name;
  return Kind;
}

MemoryServiceError.prototype.name = 'MemoryServiceError';
export const ConfigurationError = kind('ConfigurationError', 'configuration');
export const InvalidNameError = kind('InvalidNameError', 'invalid_name');
export const UnsupportedTypeError = kind('UnsupportedTypeError', 'unsupported_type');
export const ValueTooLargeError = kind('ValueTooLargeError', 'value_too_large');
export const CorruptValueError = kind('CorruptValueError', 'corrupt_value');
export const AccessDeniedError = kind('AccessDeniedError', 'access_denied');
export const UnavailableError = kind('UnavailableError', 'unavailable');
export const BatchError = kind('BatchError', 'batch');

/**
 * @param {unknown} error
 * @returns {unknown} another of the same kind, for a second caller who is given the same outcome
 */
export function copyOf(error) {
  if (!(error instanceof MemoryServiceError)) return error;
  const Kind = /** @type {typeof MemoryServiceError} */ (error.constructor);
  return new Kind(error.message, { ...error, cause: error.cause });
}
