"""Writes the API reference of the Python SDK from its docstrings."""
