import MemoryService = require('./index.js');

export { MemoryService as default, MemoryService };
export import MemoryServiceError = MemoryService.MemoryServiceError;
export import ConfigurationError = MemoryService.ConfigurationError;
export import InvalidNameError = MemoryService.InvalidNameError;
export import UnsupportedTypeError = MemoryService.UnsupportedTypeError;
export import ValueTooLargeError = MemoryService.ValueTooLargeError;
export import CorruptValueError = MemoryService.CorruptValueError;
export import AccessDeniedError = MemoryService.AccessDeniedError;
export import UnavailableError = MemoryService.UnavailableError;
export import BatchError = MemoryService.BatchError;
export type Entries = MemoryService.Entries;
export type Entry<T = any> = MemoryService.Entry<T>;
export type GetOptions = MemoryService.GetOptions;
export type Params = MemoryService.Params;
export type PutOptions = MemoryService.PutOptions;
export type StorageClass = MemoryService.StorageClass;
export type Value = MemoryService.Value;
