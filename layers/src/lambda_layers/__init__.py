"""Builds the Lambda layers of Memory Service: `python -m lambda_layers --out build/layers`."""
