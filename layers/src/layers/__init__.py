"""Builds the Lambda layers of Memory Service: `python -m layers --out build/layers`."""
