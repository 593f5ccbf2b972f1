"""Benchmarks of the SDKs against what a user would pick instead."""
