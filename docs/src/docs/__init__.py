"""Makes the documentation's site of the pages where they live, and of what the code says of itself."""
