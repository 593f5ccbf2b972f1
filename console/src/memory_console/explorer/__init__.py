"""The cache explorer: a page on this machine that shows what is in the bucket. It asks S3 and nobody else."""
