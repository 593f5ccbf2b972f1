import MemoryService from './index.js';

export { MemoryService as default, MemoryService };
export const {
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
} = MemoryService;
