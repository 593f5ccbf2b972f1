"""Proves that the vectors notice faults: known ones are planted in a copy of an SDK, one by one."""
