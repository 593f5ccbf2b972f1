export { Reading as MemoryService, Reading as default } from './index.js';
export type { Entry, Grant, GrantParams, Listener, Options, Params, Stats, TypeName } from './index.js';
export {
  AccessDeniedError,
  BatchError,
  ConfigurationError,
  CorruptValueError,
  InvalidNameError,
  MemoryServiceError,
  UnavailableError,
  UnsupportedTypeError,
  ValueTooLargeError,
} from './index.js';
