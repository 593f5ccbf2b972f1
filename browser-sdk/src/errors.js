export {
  MemoryServiceError,
  ConfigurationError,
  InvalidNameError,
  UnsupportedTypeError,
  ValueTooLargeError,
  CorruptValueError,
  AccessDeniedError,
  UnavailableError,
  BatchError,
} from '../../nodejs-sdk/lib/core/errors.js';
