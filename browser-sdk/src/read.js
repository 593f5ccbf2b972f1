export { MemoryService, MemoryService as default } from './service.js';
export * from './errors.js';
